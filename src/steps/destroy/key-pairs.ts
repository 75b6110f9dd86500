import {deleteUnblocked, idsOfKind, type Removal} from './removal.js'

export const keyPairs: Removal = {
  id: 'key-pairs',
  title: 'Delete the key pair',
  kind: 'keyPairs',

  async remove(context) {
    const {ec2, inventory} = context
    await Promise.all(
      idsOfKind(inventory, 'keyPairs').map(id =>
        deleteUnblocked(`key pair ${id}`, context, () => ec2.deleteKeyPair({KeyPairId: id})),
      ),
    )
  },
}
