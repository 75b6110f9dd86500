import type {Instance, InstanceState, RegionState} from '../../model.js'
import {action} from '../action.js'
import {ApiError, missingParameter} from '../api-error.js'
import type {Parameters} from '../parameters.js'
import {freePublicAddress, type AddressRange} from '../public-addresses.js'
import type {XmlElement} from '../xml.js'
import {lookUpInstance} from './instance-lookup.js'
import {checkStop, checkTermination} from './instance-protection.js'
import {describeState} from './instance-view.js'
import {wantsPublicAddress} from './launched-interface.js'

interface Transition {
  readonly instanceId: string
  readonly from: InstanceState
  readonly to: InstanceState
}

const USER_INITIATED = 'Client.UserInitiatedShutdown'

export const instanceStateActions = [
  action('StartInstances', instanceIds, async (ids, region) => {
    const moves = await region.store.change(state =>
      instancesOf(state, ids, region.now()).map(instance =>
        move(instance, () => {
          if (instance.state === 'running' || instance.state === 'pending') return
          if (instance.state !== 'stopped') throw incorrectState(instance, 'started')
          instance.state = 'pending'
          delete instance.stateReason
          assignPublicAddress(state, instance, region.publicRange)
        }),
      ),
    )
    for (const {instanceId, from} of moves) if (from === 'stopped') void region.instances.boot(instanceId, 'stop')
    return {instancesSet: moves.map(describeMove)}
  }),
  action(
    'StopInstances',
    parameters => {
      if (parameters.flag('Hibernate') === true)
        throw new ApiError('UnsupportedOperation', 'Instances of this region cannot hibernate.')
      const force = parameters.flag('Force') === true || parameters.flag('SkipOsShutdown') === true
      return {ids: instanceIds(parameters), force}
    },
    async ({ids, force}, region) => {
      const moves = await region.store.change(state =>
        instancesOf(state, ids, region.now()).map(instance =>
          move(instance, () => {
            if (instance.state === 'stopping' || instance.state === 'stopped') return
            if (instance.state !== 'running') throw incorrectState(instance, 'stopped')
            checkStop(instance)
            if (instance.spot !== undefined) throw oneTime(instance)
            instance.state = 'stopping'
            instance.stateReason = {code: USER_INITIATED, message: `${USER_INITIATED}: User initiated shutdown`}
          }),
        ),
      )
      for (const {instanceId, to} of moves) if (to === 'stopping') void region.instances.stop(instanceId, {force})
      return {instancesSet: moves.map(describeMove)}
    },
  ),
  action('RebootInstances', instanceIds, async (ids, region) => {
    await region.store.change(state => {
      for (const instance of instancesOf(state, ids, region.now()))
        if (instance.state !== 'running') throw incorrectState(instance, 'rebooted')
    })
    for (const id of ids) void region.instances.reboot(id)
    return {return: true}
  }),
  action(
    'TerminateInstances',
    parameters => {
      parameters.ignore('Force', 'SkipOsShutdown')
      return instanceIds(parameters)
    },
    async (ids, region) => {
      const moves = await region.store.change(state =>
        instancesOf(state, ids, region.now()).map(instance =>
          move(instance, () => {
            if (instance.state === 'terminated' || instance.state === 'shutting-down') return
            checkTermination(instance)
            instance.state = 'shutting-down'
            instance.stateReason = {code: USER_INITIATED, message: `${USER_INITIATED}: User initiated shutdown`}
          }),
        ),
      )
      for (const {instanceId, to} of moves) if (to === 'shutting-down') void region.instances.terminate(instanceId)
      return {instancesSet: moves.map(describeMove)}
    },
  ),
]

function instanceIds(parameters: Parameters): string[] {
  const ids = [...new Set(parameters.list('InstanceId'))]
  if (ids.length === 0) throw missingParameter('InstanceId')
  return ids
}

function instancesOf(state: RegionState, ids: readonly string[], now: Date): Instance[] {
  return ids.map(id => lookUpInstance(state, id, now))
}

function move(instance: Instance, change: () => void): Transition {
  const from = instance.state
  change()
  return {instanceId: instance.instanceId, from, to: instance.state}
}

function assignPublicAddress(state: RegionState, instance: Instance, range: AddressRange): void {
  const nic = state.networkInterfaces[instance.networkInterfaceId]
  if (nic !== undefined && wantsPublicAddress(nic)) nic.publicIp ??= freePublicAddress(state, range)
}

function incorrectState(instance: Instance, what: string): ApiError {
  return new ApiError(
    'IncorrectInstanceState',
    `The instance '${instance.instanceId}' is not in a state from which it can be ${what}: it is ${instance.state}.`,
  )
}

function oneTime({instanceId}: Instance): ApiError {
  return new ApiError(
    'UnsupportedOperation',
    `You can't stop the Spot Instance '${instanceId}' because it is associated with a one-time Spot Instance request. You can only stop Spot Instances associated with persistent Spot Instance requests.`,
  )
}

function describeMove({instanceId, from, to}: Transition): XmlElement {
  return {instanceId, currentState: describeState(to), previousState: describeState(from)}
}
