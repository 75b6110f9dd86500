import type {ClusterNode} from '../../cluster/addressing.js'
import {proxyEnvironment} from '../../cluster/node-proxy.js'
import {fetchId} from '../../templates/fetch-script.js'
import {waitForFetchScript} from '../../templates/wait-for-fetch.js'
import {defineStep, type Step} from '../engine/step.js'
import type {Connect} from './connect.js'
import {asRoot} from './root-shell.js'

/** Long enough for half a gigabyte over a slow line. */
const TIMEOUT_SECONDS = 900

export type Fetch = Step<{fetched: string}, {connection: Connect}>

/** The node has been fetching its programs since it booted; this waits until it has them all, each verified. */
export function fetch(node: ClusterNode, connection: Connect): Fetch {
  return defineStep<{fetched: string}, {connection: Connect}>({
    id: `node/fetch/${node.name}`,
    phase: 'node',
    title: `Wait for the programs of ${node.name}`,
    needs: {connection},
    // What nodes have to have may have become more since, with a newer khw.
    edition: ({artifacts}) => fetchId(artifacts, node.role),

    async create({nodes, artifacts, spec, signal, progress}, needs) {
      const {host, via} = needs.connection
      const ssh = await nodes.to(node.name, host, progress, via)
      const {role} = node
      const environment = proxyEnvironment(spec)
      await asRoot(ssh, waitForFetchScript({artifacts, role, environment, timeoutSeconds: TIMEOUT_SECONDS}), {
        timeout: (TIMEOUT_SECONDS + 30) * 1000,
        signal,
        onLine: line => {
          const said = /^\{"progress":"(.*)"\}$/.exec(line)?.[1]
          if (said !== undefined) progress(said)
        },
      })
      return {fetched: fetchId(artifacts, role)}
    },
  })
}
