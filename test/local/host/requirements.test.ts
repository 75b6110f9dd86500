import {expect} from 'chai'
import {missingKernelFeatures} from '../../../src/local/host/kernel.js'
import {checkHost} from '../../../src/local/host/requirements.js'

describe('what the host must have', function () {
  before(function () {
    if (process.platform !== 'linux') this.skip()
  })

  it('is checked within a second, and each problem says how to mend it', async () => {
    const started = performance.now()
    const problems = await checkHost({cache: '/proc/nowhere', region: '/tmp/khw-nowhere/region'})
    expect(performance.now() - started).to.be.below(1000)
    for (const {what, fix} of problems) {
      expect(what).to.match(/\.$/)
      expect(fix).not.to.equal('')
    }
    // No file system of the kernel's own has room for anything.
    const space = problems.find(problem => problem.what.includes('/proc/nowhere'))
    expect(space?.kind).to.equal('host')
    expect(space?.what).to.contain('1.0 GiB')
    expect(space?.fix).to.contain('KHW_CACHE')
  })

  it('tells a feature that the kernel lacks from those that it has', async function () {
    if (process.geteuid?.() !== 0) this.skip()
    const features = [
      {name: 'links', options: 'CONFIG_VETH', probe: 'ip link add khw0 type veth peer name khw1'},
      {name: 'wishes', options: 'CONFIG_WISHES', probe: 'ip link add khw0 type wish'},
    ]
    expect((await missingKernelFeatures(features)).map(({name}) => name)).to.deep.equal(['wishes'])
  })
})
