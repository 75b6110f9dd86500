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
  const {stdout} = await run(kubectlProgram(), ['--kubeconfig', kubeconfig, ...args], {timeout: 30_000})
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
    execFile(kubectlProgram(), ['--kubeconfig', kubeconfig, ...args], {timeout: 60_000}, (error, stdout, stderr) => {
      resolve({code: error === null ? 0 : typeof error.code === 'number' ? error.code : 1, stdout, stderr})
    })
  })
}

/** The one that was built or fetched for the cluster's own controllers. */
export function kubectlProgram(): string {
  const artifacts = join(homeOf().cache, 'artifacts')
  const found = readdirSync(artifacts, {recursive: true, encoding: 'utf8'}).find(path => path.endsWith('/kubectl'))
  if (found === undefined) throw new Error(`there is no kubectl below ${artifacts}`)
  return join(artifacts, found)
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
