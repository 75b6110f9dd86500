import {KhwError} from '../../../errors.js'

/** Checks a value out of JSON; `path` is its place, for the error: `calls[0].when`. Throws USAGE. */
export type Reader<T> = (value: unknown, path: string) => T

type Shape = Readonly<Record<string, Reader<unknown>>>
type Values<S extends Shape> = {readonly [K in keyof S]: ReturnType<S[K]>}

/** An object with these fields and no others. */
export function fields<R extends Shape, O extends Shape>(
  required: R,
  optional: O,
): Reader<Values<R> & Partial<Values<O>>> {
  const known = new Map(Object.entries({...required, ...optional}))
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw wrong(path, 'must be an object', value)
    const entries = Object.entries(value).map(([name, member]: [string, unknown]) => {
      const at = path === '' ? name : `${path}.${name}`
      const reader = known.get(name)
      if (reader === undefined) throw wrong(at, `is not known here; it may be ${[...known.keys()].join(', ')}`)
      return [name, reader(member, at)]
    })
    for (const name of Object.keys(required))
      if (!Object.hasOwn(value, name)) throw wrong(path === '' ? name : `${path}.${name}`, 'is missing')
    // Every member was read by the reader of its name, and none that is required is missing.
    return Object.fromEntries(entries) as Values<R> & Partial<Values<O>>
  }
}

export function list<T>(reader: Reader<T>): Reader<readonly T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw wrong(path, 'must be a list', value)
    return value.map((entry: unknown, index) => reader(entry, `${path}[${index}]`))
  }
}

export function text(value: unknown, path: string): string {
  if (typeof value !== 'string' || value === '') throw wrong(path, 'must be a text that is not empty', value)
  return value
}

export function flag(value: unknown, path: string): boolean {
  if (typeof value !== 'boolean') throw wrong(path, 'must be true or false', value)
  return value
}

export function integer(least: number, most: number): Reader<number> {
  return (value, path) => {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most)
      throw wrong(path, `must be a whole number from ${least} to ${most}`, value)
    return value
  }
}

/** A number above zero, also a broken one. */
export function positive(value: unknown, path: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0)
    throw wrong(path, 'must be a number above 0', value)
  return value
}

export function oneOf<const T extends string>(...allowed: readonly T[]): Reader<T> {
  return (value, path) => {
    const found = allowed.find(candidate => candidate === value)
    if (found === undefined) throw wrong(path, `must be one of ${allowed.join(', ')}`, value)
    return found
  }
}

/** What is wrong with a field, as USAGE; `value` is shown if there is one. */
export function wrong(path: string, why: string, value?: unknown): KhwError {
  const shown = value === undefined ? '' : `, not ${JSON.stringify(value).slice(0, 80)}`
  const what = path === '' ? 'they' : `"${path}"`
  return new KhwError(
    'USAGE',
    `The fault settings cannot be used: ${what} ${why}${shown}.`,
    ['See what can be set: khw local faults --help'],
    {exit: 2},
  )
}
