import type {Options} from './options.js'
import type {Point, Trial} from './trial.js'

/** Which trials the options ask for, of all points that were recorded. Throws RangeError for an unknown point. */
export function chooseTrials(points: readonly Point[], options: Options): Trial[] {
  const {real, seed} = options
  if (options.point !== undefined) {
    const point = points.find(each => each.id === options.point)
    if (!point) throw new RangeError(`There is no point ${options.point}: an undisturbed run does not pass it.`)
    return [{point, real, ...(options.then === undefined ? {} : {then: {id: options.then}})}]
  }
  const random = randomOf(seed)
  const chosen = options.sample === undefined ? points : drawn(points, options.sample, random)
  const single = chosen.map(point => ({point, real}))
  // Late ones leave nothing ahead at which the resume could be killed.
  const creates = points.filter(({id}) => id.startsWith('create/'))
  const early = creates.slice(0, Math.floor(creates.length * 0.8))
  const double = drawn(early, options.doubles, random).map(point => ({
    point,
    real,
    then: {seed: Math.floor(random() * 1_000_000), candidates: creates},
  }))
  return [...double, ...single].sort((a, b) => slowness(b) - slowness(a))
}

/**
 * What has no key by which EC2 would know it again is looked for during two minutes after a crash with unknown outcome:
 * such trials are begun first, and beside the others.
 */
export function isSlow({point}: Trial): boolean {
  return slowness({point}) > 0
}

function slowness({point}: Pick<Trial, 'point'>): number {
  return /^create\/Create(Vpc|InternetGateway)\/.*\/sent$/.test(point.id) ? 1 : 0
}

function drawn<T>(from: readonly T[], count: number, random: () => number): T[] {
  const rest = [...from]
  return Array.from({length: Math.min(count, rest.length)}, () =>
    rest.splice(Math.floor(random() * rest.length), 1),
  ).flat()
}

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
