/** How many letters one may get wrong, swapped ones counted twice. */
const MOST = 2

/** The candidate that was probably meant; undefined if none is like the word. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const [best] = candidates
    .map(candidate => ({candidate, distance: distanceOf(word, candidate)}))
    .filter(({candidate, distance}) => distance <= MOST && distance < candidate.length)
    .sort((a, b) => a.distance - b.distance)
  return best?.candidate
}

/** Letters to insert, remove or replace to make one of the other (Levenshtein's distance). */
function distanceOf(a: string, b: string): number {
  let row = Array.from({length: b.length + 1}, (_, i) => i)
  for (let i = 0; i < a.length; i += 1) {
    const next = [i + 1]
    for (let j = 0; j < b.length; j += 1)
      next.push(Math.min((row[j] ?? 0) + (a[i] === b[j] ? 0 : 1), (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    row = next
  }
  return row[b.length] ?? 0
}
