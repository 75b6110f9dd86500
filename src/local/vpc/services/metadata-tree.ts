import {privateDnsName, publicDnsName} from '../../dns-names.js'
import type {InstanceFacts, ServiceTables} from '../service-tables.js'

/** A directory of instance metadata: text by name, or a directory by name. */
export interface MetadataTree {
  readonly [name: string]: string | MetadataTree
}

/** `meta-data` of an instance (EC2 User Guide, "Instance metadata categories"), as far as it has a meaning here. */
export function metadataTree(tables: ServiceTables, facts: InstanceFacts): MetadataTree {
  const name = privateDnsName(facts.privateIp, tables.region)
  const groups = facts.securityGroups.map(group => group.name).join('\n')
  const reachable =
    facts.publicIp === undefined
      ? {}
      : {'public-hostname': publicDnsName(facts.publicIp, tables.region), 'public-ipv4': facts.publicIp}
  return {
    'ami-id': facts.imageId,
    'ami-launch-index': '0',
    hostname: name,
    'instance-id': facts.instanceId,
    'instance-life-cycle': facts.spot === undefined ? 'on-demand' : 'spot',
    'instance-type': facts.instanceType,
    'local-hostname': name,
    'local-ipv4': facts.privateIp,
    mac: facts.mac,
    network: {
      interfaces: {
        macs: {
          [facts.mac]: {
            'device-number': '0',
            'interface-id': facts.networkInterfaceId,
            'local-hostname': name,
            'local-ipv4s': facts.privateIp,
            mac: facts.mac,
            'owner-id': tables.accountId,
            ...(facts.publicIp === undefined
              ? {}
              : {'public-hostname': publicDnsName(facts.publicIp, tables.region), 'public-ipv4s': facts.publicIp}),
            'security-group-ids': facts.securityGroups.map(group => group.id).join('\n'),
            'security-groups': groups,
            'subnet-id': facts.subnetId,
            'subnet-ipv4-cidr-block': facts.subnetCidr,
            'vpc-id': tables.vpcId,
            'vpc-ipv4-cidr-block': tables.vpcCidr,
            'vpc-ipv4-cidr-blocks': tables.vpcCidr,
          },
        },
      },
    },
    placement: {'availability-zone': facts.availabilityZone, region: tables.region},
    ...reachable,
    ...(facts.publicKey === undefined ? {} : {'public-keys': {'0': {'openssh-key': `${facts.publicKey.trim()}\n`}}}),
    'reservation-id': facts.reservationId,
    'security-groups': groups,
    ...interruptionNotice(facts.spot?.interruptedAt),
    services: {domain: 'amazonaws.com', partition: 'aws'},
  }
}

/** The notice that a spot instance gets (EC2 User Guide, "Spot Instance interruption notices"); there is none before. */
function interruptionNotice(interruptedAt: string | undefined): MetadataTree {
  if (interruptedAt === undefined) return {}
  const time = interruptedAt.replace(/\.\d+Z$/, 'Z')
  return {spot: {'instance-action': JSON.stringify({action: 'terminate', time}), 'termination-time': time}}
}

/** `dynamic/instance-identity/document`; the region signs nothing, so there is no signature beside it. */
export function identityDocument(tables: ServiceTables, facts: InstanceFacts): string {
  return JSON.stringify(
    {
      accountId: tables.accountId,
      architecture: facts.architecture,
      availabilityZone: facts.availabilityZone,
      imageId: facts.imageId,
      instanceId: facts.instanceId,
      instanceType: facts.instanceType,
      pendingTime: facts.launchTime,
      privateIp: facts.privateIp,
      region: tables.region,
      version: '2017-09-30',
    },
    undefined,
    2,
  )
}

/**
 * What a path below `meta-data` shows: the text, or the names in a directory with a slash after those that are
 * directories; undefined if there is no such path. Keys are listed as `0=NAME`, as EC2 does.
 */
export function lookUp(tree: MetadataTree, path: readonly string[], keyName?: string): string | undefined {
  let at: string | MetadataTree = tree
  for (const part of path) {
    if (typeof at === 'string' || !Object.hasOwn(at, part)) return undefined
    const next: string | MetadataTree | undefined = at[part]
    if (next === undefined) return undefined
    at = next
  }
  if (typeof at === 'string') return at
  if (path.length === 1 && path[0] === 'public-keys') return `0=${keyName ?? ''}`
  return Object.entries(at)
    .map(([name, value]) => (typeof value === 'string' ? name : `${name}/`))
    .join('\n')
}
