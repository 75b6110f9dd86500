import {offeringZones} from '../../aws/instance-types.js'
import {availabilityZones} from '../../aws/zones.js'
import {KhwError} from '../../errors.js'
import {defineStep, type Nothing} from '../engine/step.js'

/**
 * The availability zones the subnets go to: those that were asked for, or the first ones of the region, sorted, as many as
 * there are subnets. Those that offer the preferred types come first: an old zone may not have them.
 */
export const zones = defineStep<{zones: string[]}, Nothing>({
  id: 'network/zones',
  phase: 'network',
  title: 'Choose the availability zones',
  needs: {},

  async create({ec2, spec, access, signal}) {
    const {zones: asked, subnets} = spec.network
    if (asked !== undefined) return {zones: [...asked]}
    const types = [...new Set([spec.controllerType, spec.workerType])]
    const [names, offered] = await Promise.all([availabilityZones(ec2, signal), offeringZones(ec2, types, signal)])
    if (names.length === 0) {
      throw new KhwError('AWS_ERROR', `The region ${access.region} has no availability zone for this account.`, [
        'Choose another region with --region',
      ])
    }
    const offers = (zone: string): boolean => types.every(type => offered.get(type)?.includes(zone) === true)
    const inOrder = [...names.filter(offers), ...names.filter(name => !offers(name))]
    return {zones: inOrder.slice(0, subnets)}
  },
})
