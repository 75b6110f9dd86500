import type {Instance, RegionState} from '../../../src/local/model.js'
import {emptyRegion} from '../../../src/local/state-file.js'

/** A region with one VPC and one instance in it, as far as a machine needs to know. */
export function sampleInstance(instanceId: string, userData: string): {state: RegionState; instance: Instance} {
  const state = emptyRegion({region: 'local-1', zones: ['local-1a'], accountId: '123456789012'})
  const [vpcId, subnetId, networkInterfaceId] = ['vpc-1', 'subnet-1', 'eni-1']
  const created = '2026-01-01T00:00:00.000Z'
  state.vpcs[vpcId] = {
    vpcId,
    cidrBlock: '10.9.0.0/16',
    enableDnsSupport: true,
    enableDnsHostnames: true,
    slot: 0,
    tags: [],
  }
  state.networkInterfaces[networkInterfaceId] = {
    networkInterfaceId,
    subnetId,
    vpcId,
    privateIpAddress: '10.9.0.4',
    macAddress: '02:00:00:00:00:01',
    sourceDestCheck: true,
    groupIds: [],
    tags: [],
  }
  state.keyPairs['key-1'] = {
    keyPairId: 'key-1',
    keyName: 'mine',
    publicKey: 'ssh-ed25519 AAAA mine',
    keyFingerprint: '',
    keyType: 'ed25519',
    createTime: created,
    tags: [],
  }
  const instance: Instance = {
    instanceId,
    imageId: 'ami-1',
    instanceType: 't3.small',
    architecture: 'x86_64',
    keyName: 'mine',
    launchTime: created,
    reservationId: 'r-1',
    userData: Buffer.from(userData).toString('base64'),
    availabilityZone: 'local-1a',
    subnetId,
    vpcId,
    networkInterfaceId,
    rootVolumeId: 'vol-1',
    metadataOptions: {httpTokens: 'required', httpPutResponseHopLimit: 1, httpEndpoint: 'enabled'},
    instanceInitiatedShutdownBehavior: 'terminate',
    state: 'pending',
    tags: [],
  }
  state.instances[instanceId] = instance
  return {state, instance}
}
