import {usageError} from './usage-error.js'

const UNITS: Readonly<Record<string, number>> = {m: 60_000, h: 3_600_000, d: 86_400_000}

/** Milliseconds of `90m`, `8h` or `2d`; null for `never`, undefined for anything else. */
export function durationOf(text: string): number | null | undefined {
  if (text === 'never') return null
  const [, count = '', unit = ''] = /^(\d{1,6})([mhd])$/.exec(text) ?? []
  const milliseconds = Number(count) * (UNITS[unit] ?? 0)
  return milliseconds > 0 ? milliseconds : undefined
}

/** Milliseconds of what `--lifetime` says; only what has an end is a life. */
export function lifetimeOf(text: string): number {
  const lifetime = durationOf(text)
  if (typeof lifetime === 'number') return lifetime
  throw usageError(`--lifetime ${text} is not a time: it takes a number and m, h or d.`, ['Try --lifetime 30d'])
}

/** The shortest text that `durationOf` takes for it; whole minutes. */
export function durationText(milliseconds: number | null): string {
  if (milliseconds === null) return 'never'
  const [unit = 'm', size = 60_000] =
    Object.entries(UNITS)
      .reverse()
      .find(([, each]) => milliseconds % each === 0) ?? []
  return `${Math.round(milliseconds / size)}${unit}`
}
