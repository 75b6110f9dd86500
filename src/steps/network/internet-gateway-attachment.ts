import {defineStep} from '../engine/step.js'
import {internetGateway} from './internet-gateway.js'
import {vpc} from './vpc.js'

export const internetGatewayAttachment = defineStep({
  id: 'network/internet-gateway-attachment',
  phase: 'network',
  title: 'Attach the internet gateway',
  needs: {vpc, internetGateway},
  changes: 1,

  find({inventory}, needs) {
    const gateway = inventory.internetGateways.find(
      g => g.InternetGatewayId === needs.internetGateway.internetGatewayId,
    )
    return gateway?.Attachments?.some(a => a.VpcId === needs.vpc.vpcId) === true ? {} : undefined
  },

  async create({ec2Once}, needs) {
    await ec2Once.attachInternetGateway({
      VpcId: needs.vpc.vpcId,
      InternetGatewayId: needs.internetGateway.internetGatewayId,
    })
    return {}
  },
})
