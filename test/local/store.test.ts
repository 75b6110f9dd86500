import {mkdtemp, readdir, readFile, rm, stat, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {expect} from 'chai'
import {KhwError} from '../../src/errors.js'
import {emptyRegion} from '../../src/local/state-file.js'
import {RegionStore} from '../../src/local/store.js'
import {reaches, testRegion} from './api/test-region.js'

const create = () => emptyRegion({region: 'local-1', zones: ['local-1a']})

describe('RegionStore', () => {
  let directory = ''
  let file = ''

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'region-store-'))
    file = join(directory, 'region', 'state.json')
  })

  afterEach(async () => {
    await rm(directory, {recursive: true})
  })

  it('makes the file, for its owner only, and finds it again', async () => {
    const store = await RegionStore.open(file, create)
    expect(store.state.accountId).to.match(/^\d{12}$/)
    expect((await stat(file)).mode & 0o777).to.equal(0o600)
    const again = await RegionStore.open(file, () => {
      throw new Error('must not be made anew')
    })
    expect(again.state).to.deep.equal(store.state)
  })

  it('stores a change before it resolves, and leaves no temporary file', async () => {
    const store = await RegionStore.open(file, create)
    const before = store.state
    const name = await store.change(state => {
      state.internetGateways['igw-1'] = {internetGatewayId: 'igw-1', tags: []}
      return 'igw-1'
    })
    expect(name).to.equal('igw-1')
    expect(JSON.parse(await readFile(file, 'utf8'))).to.deep.equal(store.state)
    expect(before.internetGateways, 'a snapshot').to.deep.equal({})
    expect(await readdir(join(directory, 'region'))).to.deep.equal(['state.json'])
  })

  it('runs changes one after the other, none on an old state', async () => {
    const store = await RegionStore.open(file, create)
    const add = (i: number) =>
      store.change(state => {
        const vpcId = `vpc-${Object.keys(state.vpcs).length}`
        state.vpcs[vpcId] = {
          vpcId,
          cidrBlock: '10.0.0.0/16',
          enableDnsSupport: true,
          enableDnsHostnames: false,
          slot: i,
          tags: [],
        }
        return vpcId
      })
    const ids = await Promise.all(Array.from({length: 50}, (_, i) => add(i)))
    expect(new Set(ids).size).to.equal(50)
    expect(Object.keys((await RegionStore.open(file, create)).state.vpcs)).to.have.length(50)
  })

  it('keeps nothing of a change that throws, and everything of its neighbours', async () => {
    const store = await RegionStore.open(file, create)
    const add = (id: string, fail: boolean) =>
      store.change(state => {
        state.internetGateways[id] = {internetGatewayId: id, tags: []}
        if (fail) throw new Error('no')
      })
    const results = await Promise.allSettled([add('igw-1', false), add('igw-2', true), add('igw-3', false)])
    expect(results.map(result => result.status)).to.deep.equal(['fulfilled', 'rejected', 'fulfilled'])
    expect(Object.keys(store.state.internetGateways)).to.deep.equal(['igw-1', 'igw-3'])
  })

  it('keeps the old state when the disk refuses the new one', async () => {
    const store = await RegionStore.open(file, create)
    await rm(join(directory, 'region'), {recursive: true})
    await writeFile(join(directory, 'region'), 'in the way')
    const error = await store
      .change(state => {
        state.internetGateways['igw-1'] = {internetGatewayId: 'igw-1', tags: []}
      })
      .catch((thrown: unknown) => thrown)
    expect(error).to.be.instanceOf(KhwError).with.property('code', 'HOME_NOT_WRITABLE')
    expect(store.state.internetGateways).to.deep.equal({})
  })

  it('opens a region that was made before there were load balancers, and goes on with all that is in it', async () => {
    const region = await testRegion({stateFile: fileURLToPath(new URL('earlier-region.json', import.meta.url))})
    const {ec2, elb} = region
    try {
      const {Reservations} = await ec2.describeInstances({})
      const instance = Reservations?.[0]?.Instances?.[0]
      expect(instance).to.include({InstanceId: 'i-0030421e016dfda3d', PrivateIpAddress: '10.240.0.4'})
      expect(instance?.State?.Name).to.equal('running')
      expect(instance?.BlockDeviceMappings?.[0]?.Ebs?.VolumeId).to.equal('vol-0377852ab1ef2d240')
      const {NetworkInterfaces} = await ec2.describeNetworkInterfaces({})
      expect(NetworkInterfaces?.map(each => [each.NetworkInterfaceId, each.Attachment?.InstanceId])).to.deep.equal([
        ['eni-0057dcbaca22a5c97', 'i-0030421e016dfda3d'],
      ])
      const {Volumes} = await ec2.describeVolumes({})
      expect(Volumes?.map(each => [each.VolumeId, each.Attachments?.[0]?.InstanceId])).to.deep.equal([
        ['vol-0377852ab1ef2d240', 'i-0030421e016dfda3d'],
      ])
      const Filters = [{Name: 'group-id', Values: ['sg-0ee41c00165809ed4']}]
      const {SecurityGroupRules} = await ec2.describeSecurityGroupRules({Filters})
      expect(SecurityGroupRules?.map(rule => [rule.IsEgress, rule.FromPort, rule.CidrIpv4])).to.have.deep.members([
        [true, -1, '0.0.0.0/0'],
        [false, 22, '203.0.113.7/32'],
      ])
      expect((await elb.describeLoadBalancers({})).LoadBalancers).to.deep.equal([])
      await ec2.createSecurityGroup({VpcId: instance?.VpcId, GroupName: 'more', Description: 'more'})
      await ec2.terminateInstances({InstanceIds: ['i-0030421e016dfda3d']})
      await reaches(ec2, 'i-0030421e016dfda3d', 'terminated')
      expect((await ec2.describeVolumes({})).Volumes).to.deep.equal([])
      expect(region.errors).to.deep.equal([])
    } finally {
      await region.close()
    }
  })

  for (const [what, text, code] of [
    ['no JSON', '{"schema":1', 'JOURNAL_UNREADABLE'],
    ['an empty file', '', 'JOURNAL_UNREADABLE'],
    ['another document', '[]', 'JOURNAL_UNREADABLE'],
    ['missing collections', '{"schema":1,"accountId":"1","region":"r","zones":[]}', 'JOURNAL_UNREADABLE'],
    ['a newer schema', '{"schema":2}', 'JOURNAL_TOO_NEW'],
  ] as const) {
    it(`refuses ${what} and leaves the file alone`, async () => {
      await RegionStore.open(file, create)
      await writeFile(file, text)
      const error = await RegionStore.open(file, create).catch((thrown: unknown) => thrown)
      expect(error).to.be.instanceOf(KhwError).with.property('code', code)
      expect(await readFile(file, 'utf8')).to.equal(text)
    })
  }
})
