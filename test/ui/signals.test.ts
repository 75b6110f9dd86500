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
})
