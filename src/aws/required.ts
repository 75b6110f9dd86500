/** AWS's types leave every field optional; this says which one was missing where the API promises it. */
export function required<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`AWS answered without ${what}`)
  return value
}
