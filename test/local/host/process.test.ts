import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {expect} from 'chai'
import {identify, isRunning, sendSignal} from '../../../src/local/host/process.js'

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
    // The shell's child ends at once; the shell, having become sleep, never waits for it.
    const child = spawn('sh', ['-c', 'sh -c "exit 0" & echo $!; exec sleep 60'])
    const [pid] = (await once(child.stdout, 'data')) as [Buffer]
    const zombie = Number(pid.toString())
    const deadline = Date.now() + 5000
    while (identify(zombie) !== undefined && Date.now() < deadline) await new Promise(resolve => setImmediate(resolve))
    expect(identify(zombie)).to.equal(undefined)
    expect(sendSignal(zombie, 0), 'it is still in the process table').to.equal(true)
    child.kill('SIGKILL')
    await once(child, 'exit')
  })
})
