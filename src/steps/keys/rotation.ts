import {rotationIsDue, type RotatingReport} from '../../cluster/report.js'
import {keyInUse, leavingKey, readRing, stageOf, type RotationStage} from '../../pki/key-ring.js'
import {KEY_KINDS, ROTATED_KEYS, type RotatedKey} from '../../pki/rotated-keys.js'
import type {SecretStore} from '../../pki/secret-store.js'
import type {Journal} from '../engine/journal.js'
import {REWRITTEN_STEP} from './rewritten.js'
import {TOKENS_STEP} from './tokens.js'

/** A key that is being rotated. */
export interface Rotation {
  readonly key: RotatedKey
  /** Name of the one that is on its way out. */
  readonly from: string
  readonly stage: RotationStage
}

export interface RotationRequest {
  readonly journal: Journal
  readonly secrets: SecretStore
  /** Of these a new one is drawn, unless a rotation of one of them is unfinished: that is gone on with then. */
  readonly keys: readonly RotatedKey[]
}

const LAST_STEPS: Readonly<Record<RotatedKey, string>> = {encryption: REWRITTEN_STEP, 'service-account': TOKENS_STEP}

/**
 * What is unfinished, by what the journal says; where that was lost, by the keys themselves, as each ring of two is on its
 * way from one to the other.
 */
export async function unfinishedRotations(
  {rotating}: Pick<Journal, 'rotating'>,
  secrets: SecretStore,
): Promise<readonly Rotation[]> {
  const found = await Promise.all(
    ROTATED_KEYS.map(async (key): Promise<readonly Rotation[]> => {
      const ring = await readRing(secrets, KEY_KINDS[key])
      const from = rotating[key] ?? leavingKey(ring)
      return from === undefined ? [] : [{key, from, stage: stageOf(ring, from)}]
    }),
  )
  return found.flat()
}

/** Writes down that new keys are wanted, before one is drawn. False where an unfinished rotation is gone on with instead. */
export async function askForRotation({journal, secrets, keys}: RotationRequest): Promise<boolean> {
  const unfinished = await unfinishedRotations(journal, secrets)
  if (unfinished.some(({key}) => keys.includes(key))) return false
  const from = await Promise.all(
    keys.map(async (key): Promise<[RotatedKey, string]> => {
      return [key, (await keyInUse(secrets, KEY_KINDS[key])).name]
    }),
  )
  // What was done for the last rotation is not done for this one.
  journal.forget(keys.map(key => LAST_STEPS[key]))
  journal.beginRotation(Object.fromEntries(from))
  return true
}

/** To be called once the keys are everywhere as they were then. */
export function finishDropped(journal: Journal, rotations: readonly Rotation[]): void {
  for (const {key, stage} of rotations) if (stage === 'dropped') journal.finishRotation(key)
}

/** ISO 8601: when the last token has ended that the service account key may have signed which is on its way out. */
export function tokensEnd({steps}: Pick<Journal, 'steps'>): string | undefined {
  const record = steps[TOKENS_STEP]
  return record?.status === 'done' ? (record.output as {readonly until: string}).until : undefined
}

/** What is said of rotations that have something to do. `now`: milliseconds since the epoch. */
export function unfinishedNotice(name: string, rotations: readonly RotatingReport[], now: number): readonly string[] {
  if (!rotationIsDue(now, rotations)) return []
  return [`The rotation of keys is unfinished: khw keys rotate ${name} goes on with it.`]
}

/** For who wants to know how far it is. */
export async function rotationReports(
  journal: Pick<Journal, 'rotating' | 'steps'>,
  secrets: SecretStore,
): Promise<readonly RotatingReport[]> {
  return (await unfinishedRotations(journal, secrets)).map(({key, stage}) => {
    const end = key === 'service-account' && stage === 'in-use' ? tokensEnd(journal) : undefined
    return {key, stage, ...(end !== undefined && {waitsUntil: end})}
  })
}
