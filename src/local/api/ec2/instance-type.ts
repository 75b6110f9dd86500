import type {RegionState} from '../../model.js'
import {action} from '../action.js'
import {ApiError, invalidValue} from '../api-error.js'
import {filtersOf, matcher} from '../filters.js'
import {pageOf, pageRequest} from '../listing.js'
import type {XmlElement} from '../xml.js'
import {INSTANCE_TYPES, type InstanceType} from './instance-type-catalogue.js'
import {zoneId} from './region-and-zone.js'

export const instanceTypeActions = [
  action(
    'DescribeInstanceTypes',
    parameters => ({
      names: parameters.list('InstanceType'),
      filters: filtersOf(parameters),
      page: pageRequest(parameters),
    }),
    ({names, filters, page}) => {
      const unknown = names.filter(name => !INSTANCE_TYPES.some(type => type.name === name))
      if (unknown.length > 0)
        throw new ApiError(
          'InvalidInstanceType',
          `The following supplied instance types do not exist: [${unknown.join(', ')}]`,
        )
      const matches = matcher<InstanceType>(filters, {
        'instance-type': type => type.name,
        'processor-info.supported-architecture': type => type.architecture,
        'vcpu-info.default-vcpus': type => type.vcpus,
        'memory-info.size-in-mib': type => type.memoryMib,
        'current-generation': () => true,
        'bare-metal': () => false,
        hypervisor: () => 'nitro',
        'supported-usage-class': () => ['on-demand', 'spot'],
        'supported-root-device-type': () => 'ebs',
        'supported-virtualization-type': () => 'hvm',
        'instance-storage-supported': () => false,
        'free-tier-eligible': () => false,
        'vcpu-info.default-cores': type => coresOf(type).defaultCores,
        'vcpu-info.default-threads-per-core': type => coresOf(type).defaultThreadsPerCore,
        'network-info.maximum-network-interfaces': () => 1,
        'network-info.ipv4-addresses-per-interface': () => 1,
        'network-info.ipv6-supported': () => false,
        'network-info.ena-support': () => 'required',
        'burstable-performance-supported': type => type.name.startsWith('t'),
      })
      const asked = INSTANCE_TYPES.filter(type => names.length === 0 || names.includes(type.name))
      const {items, nextToken} = pageOf(asked.filter(matches), type => type.name, page)
      return {instanceTypeSet: items.map(describeType), nextToken}
    },
  ),
  action(
    'DescribeInstanceTypeOfferings',
    parameters => ({
      locationType: parameters.optional('LocationType') ?? 'region',
      filters: filtersOf(parameters),
      page: pageRequest(parameters),
    }),
    ({locationType, filters, page}, {store: {state}, lacks}) => {
      const isOffered = (location: string, name: string): boolean =>
        zonesAt(state, location).some(zone => lacks?.(zone, name) !== true)
      const offerings = locationsOf(state, locationType).flatMap(location =>
        INSTANCE_TYPES.filter(({name}) => isOffered(location, name)).map(({name}) => ({
          instanceType: name,
          locationType,
          location,
        })),
      )
      const matches = matcher<(typeof offerings)[number]>(filters, {
        'instance-type': offering => offering.instanceType,
        location: offering => offering.location,
      })
      const {items, nextToken} = pageOf(
        offerings.filter(matches),
        item => `${item.location} ${item.instanceType}`,
        page,
      )
      return {instanceTypeOfferingSet: items, nextToken}
    },
  ),
]

function locationsOf(state: RegionState, locationType: string): readonly string[] {
  switch (locationType) {
    case 'region':
      return [state.region]
    case 'availability-zone':
      return state.zones
    case 'availability-zone-id':
      return state.zones.map(zone => zoneId(state, zone))
    default:
      throw invalidValue(locationType, 'locationType', 'Unknown location type.')
  }
}

/** A location is the region, or a zone by its name or id. */
function zonesAt(state: RegionState, location: string): readonly string[] {
  return location === state.region
    ? state.zones
    : state.zones.filter(zone => zone === location || zoneId(state, zone) === location)
}

/** Graviton's vcpus are cores; the others run two threads a core. */
export function coresOf({architecture, vcpus}: InstanceType): {defaultCores: number; defaultThreadsPerCore: number} {
  const defaultThreadsPerCore = architecture === 'arm64' ? 1 : 2
  return {defaultCores: vcpus / defaultThreadsPerCore, defaultThreadsPerCore}
}

function describeType(type: InstanceType): XmlElement {
  return {
    instanceType: type.name,
    currentGeneration: true,
    freeTierEligible: false,
    supportedUsageClasses: ['on-demand', 'spot'],
    supportedRootDeviceTypes: ['ebs'],
    supportedVirtualizationTypes: ['hvm'],
    bareMetal: false,
    hypervisor: 'nitro',
    processorInfo: {supportedArchitectures: [type.architecture]},
    vCpuInfo: {defaultVCpus: type.vcpus, ...coresOf(type)},
    memoryInfo: {sizeInMiB: type.memoryMib},
    instanceStorageSupported: false,
    ebsInfo: {ebsOptimizedSupport: 'default', encryptionSupport: 'supported', nvmeSupport: 'required'},
    networkInfo: {
      maximumNetworkInterfaces: 1,
      ipv4AddressesPerInterface: 1,
      ipv6Supported: false,
      enaSupport: 'required',
    },
    burstablePerformanceSupported: type.name.startsWith('t'),
  }
}
