import type {RotatedKey} from '../../pki/rotated-keys.js'
import type {RotationStage} from '../../pki/key-ring.js'
import type {Rotation} from './rotation.js'

export const KEY_TITLES: Readonly<Record<RotatedKey, string>> = {
  encryption: 'encryption key',
  'service-account': 'service account key',
}

const SENTENCES: Readonly<Record<RotationStage, (key: string) => string>> = {
  draw: key => `a new ${key} is drawn`,
  known: key => `the new ${key} is made known to one controller after the other (1 of 3)`,
  'in-use': key => `the new ${key} is taken into use, by one controller after the other (2 of 3)`,
  dropped: key => `the old ${key} is dropped, by one controller after the other (3 of 3)`,
}

/** What is being done now: `Now the new encryption key is made known to one controller after the other (1 of 3).` */
export function sentenceOn(rotations: readonly Rotation[]): string {
  return `Now ${rotations.map(({key, stage}) => SENTENCES[stage](KEY_TITLES[key])).join('; ')}.`
}
