import type {WorkerNode} from '../../cluster/addressing.js'
import {defineStep, type Nothing, type Step} from '../engine/step.js'
import type {Instance} from './instance.js'

export type SourceDestCheck = Step<Nothing, {instance: Instance}>

/** A worker forwards its pods' packets; EC2 drops what is neither from nor to an instance's own address unless told not to. */
export function sourceDestCheck(node: WorkerNode, instance: Instance): SourceDestCheck {
  return defineStep({
    id: `compute/source-dest-check/${node.name}`,
    phase: 'compute',
    title: `Let ${node.name} forward for its pods`,
    needs: {instance},
    changes: 1,

    find({inventory}, needs) {
      const found = inventory.instances.find(i => i.InstanceId === needs.instance.instanceId)
      return found?.SourceDestCheck === false ? {} : undefined
    },

    async create({ec2}, needs) {
      await ec2.modifyInstanceAttribute({InstanceId: needs.instance.instanceId, SourceDestCheck: {Value: false}})
      return {}
    },
  })
}
