/** Most values of one filter (EC2 API Reference, "Filter": FilterLimitExceeded beyond). */
const LIMIT = 200

/** What `describe` answers for all ids, asked for as many at a time as EC2 takes in a filter. */
export async function inChunks<T>(
  ids: readonly string[],
  describe: (values: string[]) => Promise<readonly T[] | undefined>,
): Promise<readonly T[]> {
  const found: T[] = []
  for (let from = 0; from < ids.length; from += LIMIT)
    found.push(...((await describe(ids.slice(from, from + LIMIT))) ?? []))
  return found
}
