import type {RotatedKey} from '../../pki/rotated-keys.js'
import type {RotationStage} from '../../pki/key-ring.js'
import type {Rotation} from './rotation.js'

const NAMES: Readonly<Record<RotatedKey, string>> = {encryption: 'encryption', 'service-account': 'service account'}

const SENTENCES: Readonly<Record<RotationStage, readonly [which: string, what: string]>> = {
  draw: ['new', 'drawn'],
  known: ['new', 'made known to one controller after the other (1 of 3)'],
  'in-use': ['new', 'taken into use, by one controller after the other (2 of 3)'],
  dropped: ['old', 'dropped, by one controller after the other (3 of 3)'],
}

/** What is being done now: `Now the new encryption key is made known to one controller after the other (1 of 3).` */
export function sentenceOn(rotations: readonly Rotation[]): string {
  const parts = [...new Set(rotations.map(({stage}) => stage))].map(stage => {
    const keys = rotations.filter(each => each.stage === stage).map(({key}) => NAMES[key])
    const [which, what] = SENTENCES[stage]
    return `the ${which} ${keys.join(' and ')} ${keys.length > 1 ? 'keys are' : 'key is'} ${what}`
  })
  return `Now ${parts.join('; ')}.`
}
