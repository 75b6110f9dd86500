import {deleteUnblocked, type Removal} from './removal.js'

/** EC2 refuses to detach a gateway while public addresses are still mapped through it. */
export const internetGateways: Removal = {
  id: 'internet-gateways',
  title: 'Delete the internet gateway',
  kind: 'internetGateways',

  async remove(context) {
    const {ec2, inventory} = context
    for (const {InternetGatewayId, Attachments = []} of inventory.internetGateways) {
      if (InternetGatewayId === undefined) continue
      const what = `internet gateway ${InternetGatewayId}`
      for (const {VpcId} of Attachments) {
        if (VpcId === undefined) continue
        await deleteUnblocked(what, context, () => ec2.detachInternetGateway({InternetGatewayId, VpcId}))
      }
      await deleteUnblocked(what, context, () => ec2.deleteInternetGateway({InternetGatewayId}))
    }
  },
}
