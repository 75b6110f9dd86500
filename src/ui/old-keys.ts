import type {RotatingReport} from '../cluster/report.js'
import {ending} from './moments.js'

/** `service account key until 2026-11-26 11:04 UTC (in 58 min)`. */
export function rotation(rotating: readonly RotatingReport[], now: number): string {
  const parts = rotating.map(({key, waitsUntil}) => {
    const name = `${key.replace('-', ' ')} key`
    if (waitsUntil === undefined) return `${name}, as its rotation is unfinished`
    return Date.parse(waitsUntil) > now ? `${name} until ${ending(waitsUntil, now)}` : `${name}, which can go`
  })
  return parts.join('; ')
}
