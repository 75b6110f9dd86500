import type {RegionState, SpotMarket, Vpc} from '../model.js'
import type {VpcInterface} from './vpc-interfaces.js'
import {resolverAddressOf} from './vpc-routes.js'

/** What a VPC's services process answers from; it reads the file again whenever it was replaced. */
export interface ServiceTables {
  readonly region: string
  readonly accountId: string
  readonly vpcId: string
  readonly vpcCidr: string
  /** The VPC's +2 address. */
  readonly resolverAddress: string
  /** By private address: callers are recognised by where they call from. */
  readonly instances: Readonly<Record<string, InstanceFacts>>
  readonly loadBalancers: readonly LoadBalancerName[]
}

/** What a load balancer's name stands for. */
export interface LoadBalancerName {
  readonly loadBalancerArn: string
  readonly dnsName: string
  /** Public ones of a load balancer that faces the internet, also within the VPC. */
  readonly addresses: readonly {readonly availabilityZone: string; readonly address: string}[]
}

export interface InstanceFacts {
  readonly instanceId: string
  readonly imageId: string
  readonly instanceType: string
  readonly architecture: string
  readonly availabilityZone: string
  readonly launchTime: string
  readonly reservationId: string
  readonly privateIp: string
  readonly publicIp?: string
  readonly mac: string
  readonly networkInterfaceId: string
  readonly subnetId: string
  readonly subnetCidr: string
  readonly securityGroups: readonly {readonly id: string; readonly name: string}[]
  readonly keyName?: string
  /** One line of authorized_keys. */
  readonly publicKey?: string
  /** As given to RunInstances, base64. */
  readonly userData?: string
  /** Of a spot instance: when it will be taken back, once that is known. ISO 8601. */
  readonly spot?: {readonly interruptedAt?: string}
  readonly httpTokens: 'required' | 'optional'
  readonly httpEndpoint: 'enabled' | 'disabled'
}

function spotFacts({interruptedAt}: SpotMarket): {interruptedAt?: string} {
  return interruptedAt === undefined ? {} : {interruptedAt}
}

export function serviceTables(state: RegionState, vpc: Vpc, interfaces: readonly VpcInterface[]): ServiceTables {
  const instances: Record<string, InstanceFacts> = {}
  for (const {instance, networkInterface, subnet} of interfaces) {
    if (instance === undefined) continue
    const key = Object.values(state.keyPairs).find(({keyName}) => keyName === instance.keyName)
    const {metadataOptions, userData, spot} = instance
    instances[networkInterface.privateIpAddress] = {
      instanceId: instance.instanceId,
      imageId: instance.imageId,
      instanceType: instance.instanceType,
      architecture: instance.architecture,
      availabilityZone: instance.availabilityZone,
      launchTime: instance.launchTime,
      reservationId: instance.reservationId,
      privateIp: networkInterface.privateIpAddress,
      ...(networkInterface.publicIp === undefined ? {} : {publicIp: networkInterface.publicIp}),
      mac: networkInterface.macAddress,
      networkInterfaceId: networkInterface.networkInterfaceId,
      subnetId: subnet.subnetId,
      subnetCidr: subnet.cidrBlock,
      securityGroups: networkInterface.groupIds.flatMap(id => {
        const group = state.securityGroups[id]
        return group === undefined ? [] : [{id, name: group.groupName}]
      }),
      ...(key === undefined ? {} : {keyName: key.keyName, publicKey: key.publicKey}),
      ...(userData === undefined ? {} : {userData}),
      ...(spot === undefined ? {} : {spot: spotFacts(spot)}),
      httpTokens: metadataOptions.httpTokens,
      httpEndpoint: metadataOptions.httpEndpoint,
    }
  }
  return {
    region: state.region,
    accountId: state.accountId,
    vpcId: vpc.vpcId,
    vpcCidr: vpc.cidrBlock,
    resolverAddress: resolverAddressOf(vpc),
    instances,
    loadBalancers: loadBalancerNames(state, vpc.vpcId),
  }
}

export function loadBalancerNames(state: RegionState, vpcId: string): LoadBalancerName[] {
  return Object.values(state.loadBalancers)
    .filter(loadBalancer => loadBalancer.vpcId === vpcId)
    .map(({loadBalancerArn, dnsName, zones}) => ({
      loadBalancerArn,
      dnsName,
      addresses: zones.flatMap(({availabilityZone, networkInterfaceId}) => {
        const own = state.networkInterfaces[networkInterfaceId]
        return own === undefined ? [] : [{availabilityZone, address: own.publicIp ?? own.privateIpAddress}]
      }),
    }))
}
