import {hasProxy, proxyFromEnvironment} from '../../proxy.js'
import type {Check} from './check.js'

/** A proxy of this machine is not one of the nodes: in a VPC of their own they would not even reach it. */
export const nodeProxy: Check = {
  name: 'proxy',
  concerns: ({access, spec}) =>
    spec.nodeProxy !== undefined || (access.provider === 'aws' && hasProxy(proxyFromEnvironment())),

  run({spec}) {
    if (spec.nodeProxy !== undefined) return Promise.resolve({detail: `the nodes download by ${spec.nodeProxy}`})
    return Promise.resolve({
      detail: 'khw calls AWS by the proxy in the environment; the nodes will download directly',
      fix: 'If they cannot: --node-proxy URL, of a proxy that they reach',
    })
  },
}
