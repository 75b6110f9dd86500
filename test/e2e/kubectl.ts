import {execFile} from 'node:child_process'
import {readdirSync} from 'node:fs'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {homeOf} from '../../src/cluster/home.js'
import type {Khw} from './khw.js'

const run = promisify(execFile)

/** kubectl on this host, through the kubeconfig khw says: the one built with the cluster's own programs. */
export async function kubectl(khw: Khw, cluster: string, ...args: readonly string[]): Promise<string> {
  const kubeconfig = (await khw.succeed('kubeconfig', cluster, '--path')).trim()
  const {stdout} = await run(kubectlProgram(khw, cluster), ['--kubeconfig', kubeconfig, ...args], {timeout: 30_000})
  return stdout
}

export interface KubectlOutcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** As `kubectl`, for what may be refused, and for warnings. */
export async function kubectlOutcome(khw: Khw, cluster: string, ...args: readonly string[]): Promise<KubectlOutcome> {
  const kubeconfig = (await khw.succeed('kubeconfig', cluster, '--path')).trim()
  return new Promise(resolve => {
    execFile(
      kubectlProgram(khw, cluster),
      ['--kubeconfig', kubeconfig, ...args],
      {timeout: 60_000},
      (error, stdout, stderr) => {
        resolve({code: error === null ? 0 : typeof error.code === 'number' ? error.code : 1, stdout, stderr})
      },
    )
  })
}

/** The one that the cluster's own controllers have: others may lie in the cache beside it. */
export function kubectlProgram(khw: Khw, cluster: string): string {
  const {artifacts} = khw.header(cluster).artifacts
  const served = artifacts.find(({name}) => name === 'kubectl')?.url ?? ''
  const cache = homeOf().cache
  const found = readdirSync(join(cache, 'artifacts'), {recursive: true, encoding: 'utf8'})
    .filter(path => path.endsWith('/kubectl'))
    .find(path => decodeURIComponent(served).endsWith(path))
  if (found === undefined) throw new Error(`the kubectl of ${cluster}, ${served}, is not below ${cache}`)
  return join(cache, 'artifacts', found)
}

/** Names of the nodes that are Ready, sorted; `options` go before the rest. */
export async function readyNodes(khw: Khw, cluster: string, ...options: readonly string[]): Promise<readonly string[]> {
  const table = await kubectl(khw, cluster, ...options, 'get', 'nodes', '--no-headers')
  return table
    .split('\n')
    .map(line => line.split(/\s+/))
    .filter(([, status]) => status === 'Ready')
    .map(([name = '']) => name)
    .sort()
}
