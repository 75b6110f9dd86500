import {advanceRing} from '../../pki/key-ring.js'
import {KEY_KINDS} from '../../pki/rotated-keys.js'
import {
  askForRotation,
  finishDropped,
  tokensEnd,
  unfinishedRotations,
  type Rotation,
  type RotationRequest,
} from './rotation.js'
import {sentenceOn} from './stage-sentence.js'

export interface RotateInput<T> extends RotationRequest {
  /** Do not wait until the last token has ended that the old service account key has signed. */
  readonly revokeTokens: boolean
  readonly now: () => number
  readonly onNotice: (text: string) => void
  /** Takes the keys, as they are, to the controllers. */
  readonly runStage: (rotations: readonly Rotation[]) => Promise<void>
  /** The same where no stage follows, with the rest of the cluster's plan. */
  readonly runLast: () => Promise<T>
}

/**
 * Takes the keys from stage to stage, to each only when the last one is everywhere. The keys themselves say which that is:
 * whoever is killed takes them up there, and draws none again.
 */
export async function rotate<T>(input: RotateInput<T>): Promise<T> {
  const {journal, secrets, onNotice, runStage, runLast} = input
  if (!(await askForRotation(input))) {
    const due = (await unfinishedRotations(journal, secrets)).some(
      each => goesOn(input, each) || !isWaiting(input, each),
    )
    onNotice(
      due
        ? 'Finishing what khw keys rotate has begun.'
        : 'Nothing is to be rotated yet: pods may hold tokens that the old service account key has signed.',
    )
  }
  await advance(input, ({stage}) => stage === 'draw')
  for (;;) {
    const rotations = await unfinishedRotations(journal, secrets)
    const doing = rotations.filter(each => !isWaiting(input, each))
    if (doing.length > 0) onNotice(sentenceOn(doing))
    if (!rotations.some(each => goesOn(input, each))) return runLast()
    await runStage(rotations)
    finishDropped(journal, rotations)
    await advance(input, each => goesOn(input, each))
  }
}

async function advance(
  {journal, secrets}: Pick<RotationRequest, 'journal' | 'secrets'>,
  goesOn: (rotation: Rotation) => boolean,
): Promise<void> {
  for (const rotation of await unfinishedRotations(journal, secrets))
    if (goesOn(rotation)) await advanceRing(secrets, KEY_KINDS[rotation.key], rotation.from)
}

function goesOn({journal, revokeTokens, now}: RotateInput<unknown>, {key, stage}: Rotation): boolean {
  if (stage !== 'in-use' || key === 'encryption') return stage === 'known' || stage === 'in-use'
  const end = tokensEnd(journal)
  return revokeTokens || (end !== undefined && Date.parse(end) <= now())
}

/** The new key is in use everywhere, as it is not before it is known when tokens of the old one have ended. */
function isWaiting({journal}: Pick<RotationRequest, 'journal'>, {key, stage}: Rotation): boolean {
  return key === 'service-account' && stage === 'in-use' && tokensEnd(journal) !== undefined
}
