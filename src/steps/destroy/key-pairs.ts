import {idsOf, type Removal} from './removal.js'

/** Deleting a key pair that is gone succeeds on EC2. */
export const keyPairs: Removal = {
  id: 'key-pairs',
  title: 'Delete the key pair',
  type: 'key-pair',
  ids: inventory => idsOf(inventory.keyPairs, k => k.KeyPairId),

  async remove(context) {
    const {ec2, inventory} = context
    await Promise.all(this.ids(inventory).map(id => ec2.deleteKeyPair({KeyPairId: id})))
  },
}
