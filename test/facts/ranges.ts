/** A name with the minors that know it: `20-`, `24-36`, `20-22,25-`. An open end is the newest minor of the table. */
export type Ranges = ReadonlyMap<string, string>

export function rangesOf(minors: readonly number[], known: readonly ReadonlySet<string>[]): Ranges {
  const names = [...new Set(known.flatMap(each => [...each]))].sort()
  return new Map(
    names.map(name => [
      name,
      range(
        minors,
        known.map(each => each.has(name)),
      ),
    ]),
  )
}

function range(minors: readonly number[], has: readonly boolean[]): string {
  const runs: string[] = []
  for (let from = 0; from < has.length; from++) {
    if (!has[from]) continue
    let to = from
    while (has[to + 1]) to++
    const end = to === has.length - 1 ? '' : String(minors[to])
    runs.push(end === String(minors[from]) ? end : `${String(minors[from])}-${end}`)
    from = to
  }
  return runs.join(',')
}

/** Whether a minor is in a range as above; none is in ''. */
export function inRange(range: string, minor: number): boolean {
  if (range === '') return false
  return range.split(',').some(run => {
    const [from, to] = run.includes('-') ? run.split('-') : [run, run]
    return minor >= Number(from) && (to === '' || minor <= Number(to))
  })
}
