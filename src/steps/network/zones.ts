import {KhwError} from '../../errors.js'
import {defineStep, type Nothing} from '../engine/step.js'

/** The availability zones the subnets go to: the first ones of the region, sorted, as many as there are subnets. */
export const zones = defineStep<{zones: string[]}, Nothing>({
  id: 'network/zones',
  phase: 'network',
  title: 'Choose the availability zones',
  needs: {},

  async create({ec2, spec, access, signal}) {
    const Filters = [
      {Name: 'state', Values: ['available']},
      {Name: 'zone-type', Values: ['availability-zone']},
    ]
    const {AvailabilityZones = []} = await ec2.describeAvailabilityZones({Filters}, {abortSignal: signal})
    const names = AvailabilityZones.flatMap(zone => zone.ZoneName ?? []).sort()
    if (names.length === 0) {
      throw new KhwError('AWS_ERROR', `The region ${access.region} has no availability zone for this account.`, [
        'Choose another region with --region',
      ])
    }
    return {zones: names.slice(0, spec.network.subnets)}
  },
})
