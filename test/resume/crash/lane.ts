/**
 * A process that runs trials one after the other, in a network namespace of its own: its machines listen on port 22 and
 * 6443 of loopback addresses, where nobody else's programs are in the way.
 */
import {spawnSync} from 'node:child_process'
import {record} from './record.js'
import {Rig} from './rig.js'
import {runTrial} from './run-trial.js'
import type {Answer, Request} from './trial.js'

const directory = process.argv[2]
if (directory === undefined || process.send === undefined) throw new Error('lanes are started by the crash matrix')

const up = spawnSync('ip', ['link', 'set', 'lo', 'up'], {encoding: 'utf8'})
if (up.status !== 0) throw new Error(`Could not bring up loopback: ${up.stderr}`)
const rig = await Rig.open(directory)

async function answerTo(request: Request): Promise<Answer> {
  try {
    if (request.type === 'record') return {type: 'recorded', reference: await record(rig)}
    return {type: 'tried', outcome: await runTrial(rig, request.trial, request.reference)}
  } catch (error) {
    return {type: 'broken', error: error instanceof Error ? (error.stack ?? error.message) : String(error)}
  }
}

process.on('message', (request: Request) => {
  void answerTo(request).then(answer => process.send?.(answer))
})
process.on('disconnect', () => {
  process.exit()
})
