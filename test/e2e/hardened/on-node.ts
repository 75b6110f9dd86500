import {spawn} from 'node:child_process'
import {sshCommand} from '../../../src/steps/cluster-access.js'
import type {Khw} from '../khw.js'
import {clusterOf} from './rendered-addon.js'

/** Runs a command on a node; resolves with what it prints. */
export async function onNode(khw: Khw, cluster: string, node: string, command: string): Promise<string> {
  const {program, args} = await sshCommand({...clusterOf(khw, cluster), node, command: [command]})
  const child = spawn(program, args, {stdio: ['ignore', 'pipe', 'pipe']})
  let output = ''
  child.stdout.on('data', (text: Buffer) => (output += text.toString()))
  child.stderr.on('data', (text: Buffer) => (output += text.toString()))
  return new Promise((resolve, reject) => {
    child.once('close', code => {
      if (code === 0) resolve(output)
      else reject(new Error(`"${command}" on ${node} exited with ${code}: ${output}`))
    })
  })
}
