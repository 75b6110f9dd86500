import {madeBy} from '../../aws/inventory.js'
import {required} from '../../aws/required.js'
import {defineStep, type Nothing} from '../engine/step.js'

export const internetGateway = defineStep<{internetGatewayId: string}, Nothing>({
  id: 'network/internet-gateway',
  phase: 'network',
  title: 'Create the internet gateway',
  needs: {},
  onRepeat: 'doubles',

  find({inventory, stepId}) {
    const found = madeBy(inventory.internetGateways, stepId)
    return found?.InternetGatewayId === undefined ? undefined : {internetGatewayId: found.InternetGatewayId}
  },

  async create({ec2Once, spec, tags}) {
    const {InternetGateway} = await ec2Once.createInternetGateway({
      TagSpecifications: [tags('internet-gateway', spec.name)],
    })
    return {internetGatewayId: required(InternetGateway?.InternetGatewayId, 'InternetGatewayId')}
  },
})
