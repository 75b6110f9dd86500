import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {readFileSync} from 'node:fs'
import {expect} from 'chai'
import {identify, isRunning, sendSignal} from '../src/process-identity.js'

describe('the identity of a process', () => {
  it('is that of a living process only', async () => {
    const child = spawn('sleep', ['60'])
    await once(child, 'spawn')
    const identity = identify(child.pid ?? 0)
    if (!identity) throw new Error('sleep does not run')
    expect(isRunning(identity)).to.equal(true)
    expect(isRunning({...identity, startTime: '1'}), 'another start time is another process').to.equal(false)
    expect(sendSignal(identity.pid, 'SIGKILL')).to.equal(true)
    await once(child, 'exit')
    expect(isRunning(identity)).to.equal(false)
    expect(sendSignal(identity.pid, 'SIGKILL')).to.equal(false)
    expect(identify(identity.pid)).to.equal(undefined)
  })

  it('does not take a process for running whose exit code nobody collected yet', async () => {
    // The shell, having become sleep, never asks for its child's exit code.
    const parent = spawn('sh', ['-c', 'sleep 61 & echo $!; exec sleep 60'])
    const [line] = (await once(parent.stdout, 'data')) as [Buffer]
    const zombie = Number(line.toString())
    const nextTurn = (): Promise<void> => new Promise(resolve => setImmediate(resolve))
    while (readFileSync(`/proc/${parent.pid ?? 0}/comm`, 'utf8') !== 'sleep\n') await nextTurn()
    sendSignal(zombie, 'SIGKILL')
    const deadline = Date.now() + 5000
    while (identify(zombie) !== undefined && Date.now() < deadline) await nextTurn()
    expect(identify(zombie)).to.equal(undefined)
    expect(sendSignal(zombie, 0), 'it is still in the process table').to.equal(true)
    parent.kill('SIGKILL')
    await once(parent, 'exit')
  })
})
