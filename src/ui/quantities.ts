/** `0.4 s`, `12 s`, `1 min 23 s`, `2 h 5 min`: as much as a reader needs. */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  const minutes = Math.round(whole / 60)
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** `0:07`, `12:03`, `1:02:03`: for a clock that runs while one looks at it. */
export function clock(seconds: number): string {
  const whole = Math.floor(seconds)
  const pad = (n: number): string => String(n).padStart(2, '0')
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  return h > 0 ? `${h}:${pad(m)}:${pad(s)}` : `${m}:${pad(s)}`
}

/** Megabytes of 10^6 bytes, as download pages count: `0.4`, `9.8`, `61`, `121`. */
export function megabytes(bytes: number): string {
  const mb = bytes / 1e6
  return mb < 9.95 ? mb.toFixed(1) : Math.round(mb).toFixed(0)
}

/** `█████░░░░░`; `share` from 0 to 1. */
export function bar(share: number, width: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * width)
  return '█'.repeat(filled) + '░'.repeat(width - filled)
}

/** `1 worker`, `3 workers`. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`
}
