import {EventEmitter} from 'node:events'
import {expect} from 'chai'
import {KhwError} from '../../src/errors.js'
import {interruptible} from '../../src/ui/signals.js'

class FakeProcess extends EventEmitter {
  readonly exits: number[] = []

  exit(code: number): void {
    this.exits.push(code)
  }
}

const reason = new KhwError('INTERRUPTED', 'Interrupted.', ['khw create'], {exit: 130})

describe('Ctrl-C', () => {
  it('asks to stop the first time and stops at once the second', () => {
    const target = new FakeProcess()
    const heard: string[] = []
    const {signal} = interruptible({
      reason,
      onFirst: () => heard.push('first'),
      onSecond: () => heard.push('second'),
      process: target,
    })
    target.emit('SIGINT')
    expect(signal.reason).to.equal(reason)
    expect(target.exits).to.deep.equal([])
    target.emit('SIGINT')
    expect(heard).to.deep.equal(['first', 'second'])
    expect(target.exits).to.deep.equal([130])
  })

  it('takes a termination for a Ctrl-C, and restores what signals did before', () => {
    const target = new FakeProcess()
    const interruption = interruptible({reason, onFirst: () => undefined, onSecond: () => undefined, process: target})
    target.emit('SIGTERM')
    expect(interruption.signal.aborted).to.equal(true)
    interruption.dispose()
    expect(target.eventNames()).to.deep.equal([])
  })

  it('keeps the signals from libraries that would send them again, whenever they begin to listen', async () => {
    const target = new FakeProcess()
    const heard: string[] = []
    // As conf does it, through when-exit: tidy up, then raise the same signal once more.
    const resend = (who: string): void => {
      target.once('SIGINT', () => {
        heard.push(who)
        target.emit('SIGINT')
      })
    }
    resend('early')
    const interruption = interruptible({reason, onFirst: () => undefined, onSecond: () => undefined, process: target})
    resend('late')
    await Promise.resolve()
    target.emit('SIGINT')
    expect(heard).to.deep.equal([])
    expect(target.exits).to.deep.equal([])
    interruption.dispose()
    expect(target.listenerCount('SIGINT')).to.equal(2)
    expect(target.listenerCount('newListener')).to.equal(0)
  })
})
