import {setMaxListeners} from 'node:events'
import {homeOf} from '../../../src/cluster/home.js'
import type * as createModule from '../../../src/steps/create-cluster.js'
import type * as destroyModule from '../../../src/steps/destroy-cluster.js'
import type * as rotateModule from '../../../src/steps/rotate-keys.js'
import {khw, type KhwPlace} from './khw.js'

export const CLUSTER = 'demo'

/** Gets khw to create or destroy and says what went wrong; undefined: nothing. */
export interface Operator {
  create(place: KhwPlace): Promise<string | undefined>
  rotate(place: KhwPlace): Promise<string | undefined>
  destroy(place: KhwPlace): Promise<string | undefined>
}

export function createArguments(mirrorUrl: string): readonly string[] {
  return [
    ...[
      'create',
      '--provider',
      'aws',
      '--region',
      'local-1',
      '--name',
      CLUSTER,
      '--controllers',
      '3',
      '--workers',
      '3',
    ],
    ...['--allow-cidr', '127.0.0.1/32', '--artifacts', 'mirror', '--mirror', mirrorUrl, '--yes'],
  ]
}

export const ROTATE_ARGUMENTS = ['keys', 'rotate', CLUSTER, '--revoke-tokens'] as const

export const DESTROY_ARGUMENTS = ['destroy', CLUSTER, '--yes'] as const

/** khw in a process of its own, as its users run it. */
export function realOperator(mirrorUrl: string): Operator {
  const run = async (args: readonly string[], place: KhwPlace): Promise<string | undefined> => {
    const {code, output} = await khw(args, place)
    return code === 0 ? undefined : `exit code ${String(code)}: ${output.slice(-2000)}`
  }
  return {
    create: place => run(createArguments(mirrorUrl), place),
    rotate: place => run(ROTATE_ARGUMENTS, place),
    destroy: place => run(DESTROY_ARGUMENTS, place),
  }
}

/** The same code of the built product, called in this process: it need not be started for every trial. */
export async function nearOperator(mirrorUrl: string): Promise<Operator> {
  const dist = new URL('../../../dist/steps/', import.meta.url)
  const {createCluster} = (await import(new URL('create-cluster.js', dist).href)) as typeof createModule
  const {destroyCluster} = (await import(new URL('destroy-cluster.js', dist).href)) as typeof destroyModule
  const {rotateKeys} = (await import(new URL('rotate-keys.js', dist).href)) as typeof rotateModule
  const common = (place: KhwPlace) => ({
    home: homeOf({KHW_HOME: place.home, KHW_CACHE: place.cache}),
    onEvent: () => undefined,
    onNotice: () => undefined,
    signal: manyListeners(),
  })
  return {
    create: place =>
      complaint(async () => {
        const {ready, nodes, checks} = await createCluster({
          ...common(place),
          request: {
            provider: 'aws',
            region: 'local-1',
            name: CLUSTER,
            controllers: 3,
            workers: 3,
            operatorCidrs: ['127.0.0.1/32'],
            artifacts: 'mirror',
            mirror: mirrorUrl,
          },
          yes: true,
          confirm: () => Promise.resolve(false),
          onArtifactProgress: () => undefined,
        })
        return ready ? undefined : `the cluster is not ready: ${JSON.stringify({nodes, checks})}`
      }),
    rotate: place =>
      complaint(async () => {
        const keys = ['encryption', 'service-account'] as const
        const {ready} = await rotateKeys({...common(place), name: CLUSTER, keys, revokeTokens: true})
        return ready ? undefined : 'the cluster is not ready after its rotation'
      }),
    destroy: place =>
      complaint(async () => {
        const {remaining} = await destroyCluster({...common(place), name: CLUSTER})
        return remaining.length === 0 ? undefined : `remaining: ${JSON.stringify(remaining)}`
      }),
  }
}

/** As khw's own is: every wait of every node listens to it. */
function manyListeners(): AbortSignal {
  const {signal} = new AbortController()
  setMaxListeners(0, signal)
  return signal
}

async function complaint(work: () => Promise<string | undefined>): Promise<string | undefined> {
  try {
    return await work()
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  }
}
