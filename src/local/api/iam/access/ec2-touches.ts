import type {NetworkInterface, RegionState} from '../../../model.js'
import type {Parameters} from '../../parameters.js'
import {KINDS, taggedResources, type KindName} from '../../resource-kinds.js'

/** A kind of resource that a call makes, or the resources that it names. */
export type Touch =
  | {readonly makes: KindName}
  | {readonly uses: KindName; readonly ids: (parameters: Parameters, state: RegionState) => readonly string[]}

export function one(kind: KindName, parameter: string): Touch {
  return {
    uses: kind,
    ids: parameters => {
      const id = parameters.optional(parameter)
      return id === undefined ? [] : [id]
    },
  }
}

export function many(kind: KindName, parameter: string): Touch {
  return {uses: kind, ids: parameters => parameters.list(parameter)}
}

export function keysByName(parameters: Parameters, state: RegionState): readonly string[] {
  const name = parameters.optional('KeyName')
  // A key is known by its name, too; one that is not there is named by what was sent.
  if (name === undefined) return []
  return [Object.values(state.keyPairs).find(pair => pair.keyName === name)?.keyPairId ?? name]
}

/** The interface and the instance that belong together; of an attachment that does not exist, an interface that does not either. */
export function attachedTo(): readonly Touch[] {
  const found = (parameters: Parameters, state: RegionState): readonly NetworkInterface[] => {
    const id = parameters.optional('AttachmentId')
    return Object.values(state.networkInterfaces).filter(nic => nic.attachment?.attachmentId === id)
  }
  return [
    {
      uses: 'networkInterface',
      ids: (parameters, state) => {
        const ids = found(parameters, state).map(nic => nic.networkInterfaceId)
        return ids.length > 0 ? ids : [parameters.optional('AttachmentId') ?? '']
      },
    },
    {
      uses: 'instance',
      ids: (parameters, state) => found(parameters, state).flatMap(nic => nic.attachment?.instanceId ?? []),
    },
  ]
}

/** The route table and the subnet that belong together; of an association that does not exist, a table that does not either. */
export function associated(): readonly Touch[] {
  const tables = (parameters: Parameters, state: RegionState): readonly string[] => {
    const found = association(parameters, state).map(([table]) => table)
    return found.length > 0 ? found : [parameters.optional('AssociationId') ?? '']
  }
  return [
    {uses: 'routeTable', ids: tables},
    {uses: 'subnet', ids: (parameters, state) => association(parameters, state).flatMap(([, subnet]) => subnet ?? [])},
  ]
}

function association(parameters: Parameters, state: RegionState): readonly (readonly [string, string | undefined])[] {
  const id = parameters.optional('AssociationId')
  return Object.values(state.routeTables).flatMap(table =>
    table.associations
      .filter(association => association.routeTableAssociationId === id)
      .map(({subnetId}) => [table.routeTableId, subnetId] as const),
  )
}

/** Whatever has tags, each kind by the ids that are of it. */
export function taggable(): readonly Touch[] {
  return (Object.keys(KINDS) as KindName[]).map(kind => ({
    uses: kind,
    ids: (parameters, state) => {
      const known = new Map(taggedResources(state).map(([name, id]) => [id, name]))
      return parameters.list('ResourceId').filter(id => (known.get(id) ?? kindByPrefix(id)) === kind)
    },
  }))
}

function kindByPrefix(id: string): KindName | undefined {
  return (Object.keys(KINDS) as KindName[]).find(kind => id.startsWith(`${KINDS[kind].prefix}-`))
}

/** The instance that has this association with a profile. */
export function withProfile(parameters: Parameters, state: RegionState): readonly string[] {
  const id = parameters.optional('AssociationId')
  const found = Object.values(state.instances).filter(
    ({iamInstanceProfile}) => iamInstanceProfile !== undefined && iamInstanceProfile.associationId === id,
  )
  return found.map(({instanceId}) => instanceId)
}
