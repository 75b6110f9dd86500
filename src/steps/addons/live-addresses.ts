import type {ClusterSpec} from '../../cluster/spec.js'
import {livePublicIps} from '../compute/node-instance.js'
import {defineStep, type Nothing} from '../engine/step.js'
import type {KnownAddresses} from './install.js'

/** Of a cluster that is there, for a plan that makes no machines. */
export function liveAddresses(spec: ClusterSpec): KnownAddresses {
  return defineStep<{publicIps: Record<string, string>}, Nothing>({
    id: 'addons/addresses',
    phase: 'addons',
    title: 'Look up the API servers',
    needs: {},
    find: ({inventory}) => ({publicIps: livePublicIps(spec, inventory)}),
    create: ({inventory}) => Promise.resolve({publicIps: livePublicIps(spec, inventory)}),
  })
}
