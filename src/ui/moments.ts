import {duration} from './quantities.js'

export function endsWithin(milliseconds: number, iso: string | null, now: number): boolean {
  return iso !== null && Date.parse(iso) - now < milliseconds
}

/** `2026-12-22 (in 30 days)`; with the time of day where that matters. */
export function expiry(iso: string, now: number): string {
  const days = Math.floor((Date.parse(iso) - now) / 86_400_000)
  return days < 2 ? ending(iso, now) : `${iso.slice(0, 10)} (in ${days} days)`
}

/** `2026-11-26 11:04 UTC (in 7 h 58 min)`. */
export function ending(iso: string, now: number): string {
  return `${iso.slice(0, 16).replace('T', ' ')} UTC (${timeLeft(iso, now)})`
}

/** `in 7 h 58 min`: minutes matter of what ends within a day or two. */
export function timeLeft(iso: string, now: number): string {
  const left = (Date.parse(iso) - now) / 1000
  if (left <= 0) return 'expired'
  return left < 2 * 86_400 ? `in ${duration(left)}` : `in ${Math.floor(left / 86_400)} days`
}
