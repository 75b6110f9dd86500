import {madeBy} from '../../aws/inventory.js'
import {required} from '../../aws/required.js'
import {defineStep} from '../engine/step.js'
import {operatorKey} from './operator-key.js'

/** Only the public half goes to AWS. */
export const keyPair = defineStep({
  id: 'access/key-pair',
  phase: 'access',
  title: 'Import the public SSH key',
  needs: {operatorKey},
  onRepeat: 'refuses',

  find({inventory, stepId}) {
    const found = madeBy(inventory.keyPairs, stepId)
    return found?.KeyName === undefined ? undefined : {keyName: found.KeyName}
  },

  async create({ec2Once, spec, clusterId, tags}, needs) {
    const {KeyName} = await ec2Once.importKeyPair({
      KeyName: `khw-${spec.name}-${clusterId.slice(0, 8)}`,
      PublicKeyMaterial: Buffer.from(needs.operatorKey.publicKey),
      TagSpecifications: [tags('key-pair', spec.name)],
    })
    return {keyName: required(KeyName, 'KeyName')}
  },
})
