import {parseArgs} from 'node:util'

export interface Options {
  /** Only this point. */
  readonly point: string | undefined
  /** With `point`: where the resume is killed too. */
  readonly then: string | undefined
  /** Only so many points, drawn by the seed. */
  readonly sample: number | undefined
  /** How many points are tried with a second crash in the resume. */
  readonly doubles: number
  readonly seed: number
  /** Trials at the same time. */
  readonly lanes: number
  /** Resume and destroy by processes of their own too. */
  readonly real: boolean
}

export const USAGE = `npm run test:crash -- [options]
  --point ID    only this point; --then ID: kill the resume there too
  --sample N    only N points, drawn by the seed
  --doubles N   so many points with a second crash in the resume (default 10; none with --point or --sample)
  --seed S      what is drawn is the same for the same seed (default: drawn, and printed)
  --lanes N     trials at the same time (default 3)
  --real        resume and destroy in processes of their own too (slower)`

/** Throws what node:util's parseArgs throws, and RangeError. */
export function optionsOf(args: readonly string[]): Options {
  const {values} = parseArgs({
    args: [...args],
    options: {
      point: {type: 'string'},
      then: {type: 'string'},
      sample: {type: 'string'},
      doubles: {type: 'string'},
      seed: {type: 'string'},
      lanes: {type: 'string'},
      real: {type: 'boolean', default: false},
    },
  })
  const partly = values.point !== undefined || values.sample !== undefined
  return {
    point: values.point,
    then: values.then,
    sample: countOf('sample', values.sample),
    doubles: countOf('doubles', values.doubles) ?? (partly ? 0 : 10),
    seed: countOf('seed', values.seed) ?? Math.floor(Math.random() * 1_000_000),
    lanes: countOf('lanes', values.lanes) ?? 3,
    real: values.real,
  }
}

function countOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const count = Number(text)
  if (Number.isInteger(count) && count >= 0) return count
  throw new RangeError(`--${name} takes a whole number, not ${text}.`)
}
