import {resourcesOf} from '../../aws/inventory.js'
import {isInterfaceOf} from '../../aws/load-balancers.js'
import {waitUntil} from '../engine/wait-until.js'
import {deleteUnblocked, idsOf, idsOfKind, LET_GO, type Removal, type RemovalContext} from './removal.js'

/**
 * Its listeners go with it. ELB removes its interfaces some time later, by itself: until then they hold the subnets and the
 * groups, also those of one that an earlier destroy has deleted.
 */
export const loadBalancers: Removal = {
  id: 'load-balancers',
  title: 'Delete the load balancer',
  kind: 'loadBalancers',
  costs: true,

  async remove(context) {
    const {elb, inventory, clock, signal, progress, letGoWithin} = context
    await Promise.all(
      idsOfKind(inventory, 'loadBalancers').map(arn =>
        deleteUnblocked(`load balancer ${arn}`, context, () => elb.deleteLoadBalancer({LoadBalancerArn: arn})),
      ),
    )
    await waitUntil(
      async () => {
        const count = await interfacesLeft(context)
        if (count === 0) return true
        progress(`waiting for ELB to remove ${count} of its interfaces`)
        return undefined
      },
      {what: 'ELB to remove its interfaces', budget: letGoWithin, ...LET_GO, clock, signal},
    )
  },
}

async function interfacesLeft({ec2, goneBalancers, inventory, kept, signal}: RemovalContext): Promise<number> {
  const own = [...resourcesOf(inventory), ...resourcesOf(kept)]
  // The VPC need not be the cluster's.
  const vpcIds = new Set(own.flatMap(({kind, id, vpcIds}) => (kind === 'vpcs' ? id : vpcIds)))
  if (vpcIds.size === 0) return 0
  const names = [...goneBalancers, ...idsOf(inventory.loadBalancers, l => l.LoadBalancerName)]
  const Filters = [{Name: 'vpc-id', Values: [...vpcIds]}]
  const {NetworkInterfaces = []} = await ec2.describeNetworkInterfaces({Filters}, {abortSignal: signal})
  return NetworkInterfaces.filter(({Description}) => names.some(name => isInterfaceOf(name, Description))).length
}
