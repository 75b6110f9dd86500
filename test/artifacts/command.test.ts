import {readFileSync} from 'node:fs'
import {setTimeout as delay} from 'node:timers/promises'
import {expect} from 'chai'
import {CommandError, runCommand} from '../../src/artifacts/command.js'

describe('command', () => {
  const {signal} = new AbortController()

  it('resolves with stdout and tells lines as they come', async () => {
    const lines: string[] = []
    const output = await runCommand('sh', ['-c', 'echo one; printf two; echo three >&2'], {
      signal,
      onLine: line => lines.push(line),
    })
    expect(output).to.equal('one\ntwo')
    expect(lines).to.have.members(['one', 'two', 'three'])
  })

  it('fails with the end of what the program said', async () => {
    const error: unknown = await runCommand('sh', ['-c', 'echo why >&2; exit 3'], {signal}).catch((e: unknown) => e)
    expect(error).to.be.instanceOf(CommandError).with.property('exitCode', 3)
    expect(error).to.have.property('message', 'sh exited with 3: why')
  })

  it('takes the children along when cancelled', async () => {
    const controller = new AbortController()
    let child = 0
    const cancelled = runCommand('sh', ['-c', 'sleep 60 & echo $!; wait'], {
      signal: controller.signal,
      onLine: line => {
        child = Number(line)
        controller.abort(new Error('Ctrl-C'))
      },
    })
    const error: unknown = await cancelled.catch((e: unknown) => e)
    expect(error).to.equal(controller.signal.reason)
    expect(child).to.be.greaterThan(1)
    // The child closed its output, which is what runCommand waits for; the rest of its exit may take a moment more.
    for (let tries = 0; isRunning(child) && tries < 100; tries++) await delay(10)
    expect(isRunning(child)).to.be.false
  })
})

/** A process that ended may stay as a zombie where nobody collects orphans. */
function isRunning(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')
  } catch {
    return false
  }
}
