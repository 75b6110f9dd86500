/**
 * Maps items with at most `limit` at a time, in order. After a failure nothing new is started, what runs is let finish,
 * and the first failure is thrown.
 */
export async function inParallel<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results = new Map<number, R>()
  const failures: unknown[] = []
  const queue = [...items.entries()]
  const next = async () => {
    for (let entry = queue.shift(); entry && failures.length === 0; entry = queue.shift()) {
      const [index, item] = entry
      try {
        results.set(index, await work(item))
      } catch (error) {
        failures.push(error)
      }
    }
  }
  await Promise.all(Array.from({length: Math.max(1, limit)}, next))
  if (failures.length > 0) throw failures[0]
  return [...results.entries()].sort(([a], [b]) => a - b).map(([, result]) => result)
}

/** As Promise.all, but lets all finish before it fails: nothing is at work any more for whoever is told of the failure. */
export async function allFinished<T extends readonly unknown[] | []>(
  work: T,
): Promise<{-readonly [K in keyof T]: Awaited<T[K]>}> {
  await Promise.allSettled(work)
  return Promise.all(work)
}
