import type {RegionState} from '../../../model.js'
import {Parameters} from '../../parameters.js'
import type {Region} from '../../region.js'
import {KINDS, taggedResources, type KindName} from '../../resource-kinds.js'
import {instanceProfileArn} from '../arns.js'
import {own} from '../lookup.js'
import {EC2_CALLS} from './ec2-calls.js'
import {makesLinkedRole} from '../service-linked-role.js'
import {passedRoles, profileOf} from './passed-role.js'
import {requestTags, resourceTags, tagKeys, type KeyValue, type Touched} from './touched.js'

const KNOWN = tagKeys('ec2')

/** A call of EC2 as policies see it: each resource by itself, with the tags that it gets or has. */
export function ec2Access(operation: string, form: URLSearchParams, region: Region): readonly Touched[] {
  const action = `ec2:${operation}`
  const touches = own(EC2_CALLS, operation)
  if (touches === undefined) return [{action, resource: '*', values: {}, known: []}]
  const parameters = Parameters.fromForm(form)
  const tagsByType = tagsOf(parameters)
  const {state} = region.store
  const made = touches.flatMap(touch => ('makes' in touch ? [touch.makes] : []))
  const tagged = [...tagsByType].map(([type, tags]): Touched => {
    const values = {...requestTags(tags), 'ec2:CreateAction': operation}
    return {action: 'ec2:CreateTags', resource: arn(state, type, '*'), values, known: [...KNOWN, 'ec2:CreateAction']}
  })
  // What is tagged on the way without being one of these is a resource of the call, too: the rules of a security group.
  const others = [...tagsByType].filter(([type]) => !made.some(kind => KINDS[kind].type === type))
  const touched = touches.flatMap(touch =>
    'makes' in touch
      ? [madeResource(action, touch.makes, tagsByType, parameters, region)]
      : [...new Set(touch.ids(parameters, state))].map(id => usedResource(action, touch.uses, id, parameters, region)),
  )
  // It names nothing, or an association that is not there.
  const nothing: Touched = {action, resource: '*', values: {}, known: KNOWN, isMissing: true}
  return [
    ...(touched.length === 0 ? [nothing] : touched),
    ...others.map(([type, tags]) => ({
      action,
      resource: arn(state, type, '*'),
      values: requestTags(tags),
      known: KNOWN,
    })),
    ...tagged,
    ...passedRoles(parameters, state),
    ...(marketOf(parameters) === 'spot' ? makesLinkedRole(state, 'spot.amazonaws.com') : []),
  ]
}

function tagsOf(parameters: Parameters): ReadonlyMap<string, readonly KeyValue[]> {
  return new Map(
    parameters
      .groups('TagSpecification')
      .map(specification => [specification.optional('ResourceType') ?? '', keyValues(specification)]),
  )
}

function keyValues(parameters: Parameters): KeyValue[] {
  return parameters.groups('Tag').map(tag => ({key: tag.optional('Key') ?? '', value: tag.optional('Value') ?? ''}))
}

function madeResource(
  action: string,
  kind: KindName,
  tags: ReadonlyMap<string, readonly KeyValue[]>,
  parameters: Parameters,
  region: Region,
): Touched {
  const {type} = KINDS[kind]
  const {state} = region.store
  const more = action === 'ec2:RunInstances' ? (LAUNCHED[kind]?.(parameters, state) ?? {}) : {}
  return {
    action,
    resource: arn(state, type, '*'),
    values: {...requestTags(tags.get(type) ?? []), ...more},
    known: [...KNOWN, ...Object.keys(more)],
  }
}

function usedResource(action: string, kind: KindName, id: string, parameters: Parameters, region: Region): Touched {
  const {state} = region.store
  const {type} = KINDS[kind]
  if (kind === 'image') {
    const image = region.images.find(candidate => candidate.imageId === id)
    const values = {'ec2:ImageID': id, 'ec2:Owner': image?.ownerId, 'ec2:Public': 'true', 'ec2:RootDeviceType': 'ebs'}
    return {action, resource: arn(state, type, id), values, known: KNOWN, isMissing: image === undefined}
  }
  const [, , found] = taggedResources(state).find(([name, other]) => name === kind && other === id) ?? []
  // Only these two calls say tags of what is there already.
  const tags = /:(Create|Delete)Tags$/.test(action) ? keyValues(parameters) : []
  const vpcId = found && 'vpcId' in found && typeof found.vpcId === 'string' ? found.vpcId : undefined
  const name = found && 'keyName' in found && typeof found.keyName === 'string' ? found.keyName : undefined
  const values = {
    ...requestTags(tags),
    ...resourceTags(found?.tags ?? [], 'ec2'),
    ...(vpcId === undefined ? {} : {'ec2:Vpc': arn(state, 'vpc', vpcId)}),
    ...(kind === 'keyPair' ? {'ec2:KeyPairName': name} : {}),
  }
  // A call for what is there makes nothing.
  const known = [...KNOWN, 'ec2:CreateAction']
  return {action, resource: arn(state, type, name ?? id), values, known, isMissing: found === undefined}
}

/** What RunInstances says of each kind that it makes. */
const LAUNCHED: Readonly<Partial<Record<KindName, (parameters: Parameters, state: RegionState) => Touched['values']>>> =
  {
    instance: (parameters, state) => {
      const metadata = parameters.group('MetadataOptions')
      const profile = profileOf(parameters, state)
      return {
        'ec2:InstanceType': parameters.optional('InstanceType'),
        'ec2:InstanceMarketType': marketOf(parameters) ?? 'on-demand',
        'ec2:MetadataHttpEndpoint': metadata?.optional('HttpEndpoint') ?? 'enabled',
        'ec2:MetadataHttpTokens': metadata?.optional('HttpTokens') ?? 'optional',
        'ec2:MetadataHttpPutResponseHopLimit': metadata?.optional('HttpPutResponseHopLimit') ?? '1',
        'ec2:InstanceProfile': profile && instanceProfileArn(state, profile),
        'ec2:RootDeviceType': 'ebs',
      }
    },
    volume: parameters => {
      const ebs = parameters.groups('BlockDeviceMapping')[0]?.group('Ebs')
      return {
        'ec2:Encrypted': ebs?.optional('Encrypted') ?? 'false',
        'ec2:VolumeSize': ebs?.optional('VolumeSize'),
        'ec2:VolumeType': ebs?.optional('VolumeType'),
      }
    },
    networkInterface: (parameters, state) => {
      const nic = parameters.groups('NetworkInterface')[0]
      const subnetId = nic?.optional('SubnetId') ?? parameters.optional('SubnetId')
      const vpcId = subnetId === undefined ? undefined : state.subnets[subnetId]?.vpcId
      return {
        'ec2:Subnet': subnetId && arn(state, 'subnet', subnetId),
        'ec2:Vpc': vpcId && arn(state, 'vpc', vpcId),
        'ec2:AssociatePublicIpAddress': nic?.optional('AssociatePublicIpAddress') ?? 'false',
      }
    },
  }

function marketOf(parameters: Parameters): string | undefined {
  return parameters.group('InstanceMarketOptions')?.optional('MarketType')
}

/** Images are of no account in an ARN. */
function arn({region, accountId}: RegionState, type: string, id: string): string {
  return `arn:aws:ec2:${region}:${type === 'image' ? '' : accountId}:${type}/${id}`
}
