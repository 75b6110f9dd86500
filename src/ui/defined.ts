/** The entries that have a value: an absent one and one that is undefined are not the same to a request. */
export function defined<T extends object>(entries: {[K in keyof T]: T[K] | undefined}): T {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined)) as T
}
