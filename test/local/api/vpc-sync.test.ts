import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect} from 'chai'
import {VpcSync} from '../../../src/local/api/vpc-sync.js'
import {emptyRegion} from '../../../src/local/state-file.js'
import {RegionStore} from '../../../src/local/store.js'
import {RecordingFabric} from './recording-fabric.js'

describe('VpcSync', () => {
  let directory = ''
  let store: RegionStore
  let fabric: RecordingFabric
  let sync: VpcSync

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'vpc-sync-'))
    store = await RegionStore.open(join(directory, 'state.json'), () => emptyRegion({region: 'r', zones: ['a']}))
    fabric = new RecordingFabric()
    sync = new VpcSync(store, fabric)
  })

  afterEach(async () => {
    await rm(directory, {recursive: true})
  })

  const addGateway = (id: string) =>
    store.change(state => {
      state.internetGateways[id] = {internetGatewayId: id, tags: []}
    })

  it('lets one run and one wait, and who waits sees all that was stored meanwhile', async () => {
    const release = fabric.hold('syncVpc')
    const first = sync.sync('vpc-1')
    await addGateway('igw-1')
    const second = sync.sync('vpc-1')
    await addGateway('igw-2')
    const third = sync.sync('vpc-1')
    release()
    await Promise.all([first, second, third])
    expect(fabric.synced.map(state => Object.keys(state.internetGateways))).to.deep.equal([[], ['igw-1', 'igw-2']])
  })

  it('does not let one VPC wait for another', async () => {
    const release = fabric.hold('syncVpc')
    const all = [sync.sync('vpc-1'), sync.sync('vpc-2'), sync.sync('vpc-1')]
    expect(fabric.calls).to.deep.equal(['syncVpc vpc-1', 'syncVpc vpc-2'])
    release()
    await Promise.all(all)
    expect(fabric.calls).to.have.length(3)
    await sync.sync('vpc-1')
    expect(fabric.calls).to.have.length(4)
  })

  it('runs again after a failure', async () => {
    fabric.fail('syncVpc', new Error('no such link'))
    const results = await Promise.allSettled([sync.sync('vpc-1'), sync.sync('vpc-1')])
    expect(results.map(result => result.status)).to.deep.equal(['rejected', 'rejected'])
    fabric.fail('syncVpc', undefined)
    await sync.sync('vpc-1')
    expect(fabric.calls).to.have.length(3)
  })
})
