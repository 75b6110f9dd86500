import {required} from '../../aws/required.js'
import {controllersOf, isPrivate, placed, type ClusterNode, type NodeAddresses} from '../../cluster/addressing.js'
import type {ClusterSpec} from '../../cluster/spec.js'
import type {JumpHost} from '../../ssh/node-connections.js'

/** Where SSH reaches a node. */
export type NodeHost = {
  host: string
  /** The controllers through which it does, if the node has no public address. */
  via?: JumpHost[]
}

export function hostOf(spec: ClusterSpec, addresses: NodeAddresses, {name, role}: ClusterNode): NodeHost {
  const {publicIps} = addresses
  if (!isPrivate(spec, role)) return {host: required(publicIps[name], `a public address of ${name}`)}
  const via = controllersOf(spec).flatMap(controller => {
    const host = publicIps[controller.name]
    return host === undefined ? [] : [{name: controller.name, host}]
  })
  return {host: required(placed(spec, addresses).privateIps[name], `an address of ${name}`), via}
}
