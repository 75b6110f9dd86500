import {createHash} from 'node:crypto'
import {readFileSync} from 'node:fs'
import type {TargetHealth} from '../../fabric.js'
import {isRecord} from '../ip-json.js'

/** What a load balancer's process has found out, for the API and for names. */
export interface HealthReport {
  /** By `targetKey`. */
  readonly targets: Readonly<Record<string, TargetHealth>>
  /** Zones whose addresses are in DNS. */
  readonly zones: readonly string[]
  /** `configurationHash` of the configuration that it works with; undefined for what an older process has written. */
  readonly configuration?: string
}

/** What tells the text of one configuration from that of another. */
export function configurationHash(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** Undefined before the process has said anything. */
export function readHealth(path: string): HealthReport | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
    if (!isRecord(value) || !isRecord(value.targets) || !Array.isArray(value.zones)) return undefined
    const targets = Object.entries(value.targets).flatMap(([key, health]) => (isHealth(health) ? [[key, health]] : []))
    const {configuration} = value
    return {
      targets: Object.fromEntries(targets) as Record<string, TargetHealth>,
      zones: value.zones.map(String),
      ...(typeof configuration === 'string' ? {configuration} : {}),
    }
  } catch {
    return undefined
  }
}

function isHealth(value: unknown): value is TargetHealth {
  return value === 'initial' || value === 'healthy' || value === 'unhealthy' || value === 'unhealthy.draining'
}
