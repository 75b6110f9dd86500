import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {clusterIdOf, clusterPath} from './cluster-files.js'
import {khw} from './khw.js'
import {logicalState} from './logical-state.js'
import {createArguments, DESTROY_ARGUMENTS, ROTATE_ARGUMENTS} from './operator.js'
import type {Rig} from './rig.js'
import type {Point, Reference} from './trial.js'

/** One undisturbed create and destroy by the real command: which points there are, and what every trial must come to. */
export async function record(rig: Rig): Promise<Reference> {
  const {region} = rig
  const {place, remove} = rig.newPlace()
  const recordTo = join(place.home, 'points')
  const before = region.snapshot()
  try {
    const created = await khw(createArguments(rig.mirrorUrl), place, {recordTo})
    if (created.code !== 0) throw new Error(`khw create does not even succeed undisturbed:\n${created.output}`)
    await region.settled()
    const calls = region.calls.length
    const state = logicalState(region.store.state, clusterIdOf(clusterPath(place)))
    const rotated = await khw(ROTATE_ARGUMENTS, place, {recordTo})
    if (rotated.code !== 0) throw new Error(`khw keys rotate does not even succeed undisturbed:\n${rotated.output}`)
    const destroyed = await khw(DESTROY_ARGUMENTS, place, {recordTo})
    if (destroyed.code !== 0) throw new Error(`khw destroy does not even succeed undisturbed:\n${destroyed.output}`)
    await region.settled()
    if (region.snapshot() !== before) throw new Error('An undisturbed destroy does not leave the region as it was')
    const points = readFileSync(recordTo, 'utf8').trimEnd().split('\n')
    return {points: distinct(points.map(line => JSON.parse(line) as Point)), state, calls}
  } finally {
    remove()
    await region.forgetTraces()
  }
}

/**
 * Without the points at which nothing is otherwise than at the one before: a step that does a single thing is as far when
 * that is answered as it is before that is recorded.
 */
function distinct(points: readonly Point[]): Point[] {
  const ends = (step: string): number =>
    points.filter(each => each.step === step && /^create\/(?!journal\/).*\/(answered|after)$/.test(each.id)).length
  return points.filter(({id, step}) => {
    // What its steps do is what they do in a create and in a renewal: here it matters how the keys are taken on.
    if (id.startsWith('keys/')) return /Rotation|\/apply\/|other-values|\/keys\/.*\/done\//.test(id)
    return !/^create\/journal\/.*\/done\/before$/.test(id) || ends(step) !== 1
  })
}
