import {deleteUnblocked, idsOf, type Removal} from './removal.js'

export const keyPairs: Removal = {
  id: 'key-pairs',
  title: 'Delete the key pair',
  type: 'key-pair',
  ids: inventory => idsOf(inventory.keyPairs, k => k.KeyPairId),

  async remove(context) {
    const {ec2, inventory} = context
    await Promise.all(
      this.ids(inventory).map(id =>
        deleteUnblocked(`key pair ${id}`, context, () => ec2.deleteKeyPair({KeyPairId: id})),
      ),
    )
  },
}
