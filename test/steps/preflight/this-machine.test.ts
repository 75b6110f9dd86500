import {expect} from 'chai'
import {KhwError} from '../../../src/errors.js'
import {hostCapacity} from '../../../src/local/host/capacity.js'
import {roomFor} from '../../../src/steps/preflight/this-machine.js'
import {sampleSpec} from '../sample-spec.js'

const GIB = 2 ** 30
const SMALL = sampleSpec({controllers: 1, workers: 1})
const LARGE = sampleSpec({controllers: 3, workers: 3})

const capacity = (memory: number, disk: number, cores = 2) => ({
  cores,
  memory: {total: 64 * GIB, available: memory * GIB},
  disk: {directory: '/var/lib/khw', free: disk * GIB},
})

describe('the look at this machine', () => {
  const refusal = (...of: Parameters<typeof roomFor>): KhwError => {
    try {
      roomFor(...of)
    } catch (error) {
      if (error instanceof KhwError) return error
      throw error
    }
    throw new Error('it was let through')
  }

  it('is content where there is room, and says what there is', () => {
    expect(roomFor(LARGE, capacity(8, 40))).to.deep.equal({
      detail: '2 cores, 8.0 GiB of 64.0 GiB memory and 40.0 GiB of disk are free: enough for 3 + 3 machines',
    })
    expect(roomFor(SMALL, capacity(1.5, 3))).not.to.have.property('fix')
  })

  it('warns where it is tight, and where it will be slow', () => {
    expect(roomFor(LARGE, capacity(2, 40))).to.include.keys('fix')
    expect(roomFor(LARGE, capacity(2, 40)).detail).to.include(
      'tight for 3 + 3 machines, which do well with 3.1 GiB of memory',
    )
    expect(roomFor(LARGE, capacity(8, 6)).fix).to.include('export KHW_HOME=')
    expect(roomFor(LARGE, capacity(8, 40, 1)).detail).to.match(/^1 core, .* slow on so few cores$/)
  })

  it('refuses what cannot fit, all of it at once, with what to do about each', () => {
    const {code, message, suggestions} = refusal(LARGE, capacity(1, 2))
    expect(code).to.equal('LOCAL_UNSUPPORTED')
    expect(message).to.equal(
      '3 + 3 machines need 1.8 GiB of memory at least, and 1.0 GiB are free.\n3 + 3 machines need 4.5 GiB of disk at /var/lib/khw at least, and 2.0 GiB are free.',
    )
    expect(suggestions[0]).to.equal('Try --controllers 1 --workers 1')
    expect(suggestions.join('\n')).to.include('ps aux').and.to.include('KHW_HOME').and.to.include('--provider aws')
    expect(refusal(SMALL, capacity(0.3, 40)).suggestions.join()).not.to.include('--workers 1')
  })

  it('sees the machine that it runs on', async function () {
    if (process.platform !== 'linux') this.skip()
    const {cores, memory, disk} = await hostCapacity('/nonexistent/below')
    expect(cores).to.be.at.least(1)
    expect(memory.total).to.be.above(GIB / 4)
    expect(memory.available).to.be.above(0).and.at.most(memory.total)
    expect(disk.free).to.be.above(0)
  })
})
