import {expect} from 'chai'
import {KhwError} from '../../src/errors.js'
import {runInherited} from '../../src/ui/run-inherited.js'

describe('runInherited', () => {
  it('passes the exit status on', async () => {
    expect(await runInherited('sh', ['-c', 'exit 7'])).to.equal(7)
    expect(await runInherited('true', [])).to.equal(0)
  })

  it('says 128 + n for signal n, as shells do', async () => {
    expect(await runInherited('sh', ['-c', 'kill -TERM $$'])).to.equal(143)
  })

  it('hands words over as they are, with no shell between', async () => {
    expect(await runInherited('test', ['$HOME; exit 3', '=', '$HOME; exit 3'])).to.equal(0)
  })

  it('says what to install when there is no such program', async () => {
    const error = await runInherited('khw-no-such-program', []).catch((caught: unknown) => caught)
    expect(error).to.be.instanceOf(KhwError).with.property('code', 'SSH_FAILED')
  })

  it('leaves no signal handler behind', async () => {
    const before = process.listenerCount('SIGINT')
    await runInherited('true', [])
    expect(process.listenerCount('SIGINT')).to.equal(before)
  })
})
