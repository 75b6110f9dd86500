import {expect} from 'chai'
import {takeInventory, type Inventory} from '../../src/aws/inventory.js'
import {addressAway, controllersOf, nodesOf, placed, plannedIp} from '../../src/cluster/addressing.js'
import {clusterSpec, type SpecInput} from '../../src/cluster/spec.js'
import {KhwError} from '../../src/errors.js'
import {SettableFaults} from '../../src/local/api/faults/fault-source.js'
import type {CapacityCode} from '../../src/local/api/faults/settings.js'
import {placementNotices} from '../../src/steps/compute/placement-notices.js'
import {nextPlace, offerName, placesOf} from '../../src/steps/compute/places.js'
import {IMAGE, present} from '../local/api/test-region.js'
import {outcomes, RegionRun} from './region-run.js'
import {sampleSpec} from './sample-spec.js'

const ONE_AND_ONE = sampleSpec({controllers: 1, workers: 1})
const size = (controllers: number, workers: number) => sampleSpec({controllers, workers})
const shown = ({instanceType, subnet, privateIp}: ReturnType<typeof placesOf>[0]): string =>
  `${instanceType} ${subnet} ${privateIp ?? ''}`

describe('the places of a node', () => {
  it('are its own, those in the other subnets, and then the same with the next type', () => {
    const spec = clusterSpec({...size(3, 3), fallbackTypes: {worker: ['t3a.medium']}})
    const [, , , , worker] = nodesOf(spec)
    if (!worker) throw new Error('no worker')
    expect(placesOf(spec, worker).map(shown)).to.deep.equal([
      't3.medium 2 10.240.1.31',
      't3.medium 3 10.240.2.252',
      't3.medium 1 10.240.0.252',
      't3a.medium 2 10.240.1.31',
      't3a.medium 3 10.240.2.252',
      't3a.medium 1 10.240.0.252',
    ])
  })

  it('are in different zones next for those that belong to the same', () => {
    const next = controllersOf(size(9, 1)).map(node => placesOf(size(9, 1), node)[1]?.subnet)
    expect(next).to.deep.equal([2, 3, 1, 3, 1, 2, 2, 3, 1])
  })

  it('have addresses that no other node has, wherever it goes', () => {
    for (const spec of [size(9, 60), clusterSpec({...size(9, 150), network: {subnets: 5}})]) {
      const home = new Map<string | undefined, string>(nodesOf(spec).map(node => [plannedIp(spec, node), node.name]))
      const taken = new Map(home)
      for (const node of nodesOf(spec)) {
        for (let subnet = 1; subnet <= spec.network.subnets; subnet += 1) {
          const address = addressAway(spec, node, subnet)
          if (address === undefined) continue
          expect(taken.get(address), `${address} of ${node.name}`).to.equal(undefined)
          taken.set(address, node.name)
        }
      }
    }
  })

  it('are only its own where the subnets are full of workers', () => {
    const spec = clusterSpec({...size(1, 223), network: {subnets: 1}})
    for (const node of nodesOf(spec)) expect(placesOf(spec, node)).to.have.length(1)
    const many = clusterSpec({...size(1, 255), network: {subnets: 2}})
    const last = nodesOf(many).at(-1)
    if (!last) throw new Error('no worker')
    expect(placesOf(many, last)).to.have.length(1)
  })

  it('are all on the spot market first, if workers are asked for there', () => {
    const spec = clusterSpec({...size(1, 1), spot: true, network: {subnets: 2}, fallbackTypes: {worker: ['m5.large']}})
    const [controller, worker] = nodesOf(spec)
    if (!controller || !worker) throw new Error('no nodes')
    expect(placesOf(spec, worker).map(place => `${place.subnet} ${offerName(place)}`)).to.deep.equal([
      '1 t3.medium (spot)',
      '2 t3.medium (spot)',
      '1 m5.large (spot)',
      '2 m5.large (spot)',
      '1 t3.medium',
      '2 t3.medium',
      '1 m5.large',
      '2 m5.large',
    ])
    expect(placesOf(spec, controller).every(({spot}) => spot === undefined)).to.equal(true)
    const [first] = placesOf(spec, worker)
    const after = (code: string): string =>
      offerName(nextPlace(placesOf(spec, worker), [{place: first, code}]) ?? first)
    expect(after('MaxSpotInstanceCountExceeded')).to.equal('t3.medium')
    expect(after('SpotMaxPriceTooLow')).to.equal('t3.medium')
    expect(after('InsufficientInstanceCapacity')).to.equal('t3.medium (spot)')
  })

  it('a subnet that is full is full for all types', () => {
    const spec = clusterSpec({...ONE_AND_ONE, network: {subnets: 2}, fallbackTypes: {controller: ['t3.large']}})
    const [node] = controllersOf(spec)
    if (!node) throw new Error('no controller')
    const places = placesOf(spec, node)
    const full = {place: places[0], code: 'InsufficientFreeAddressesInSubnet'}
    const next = nextPlace(places, [full])
    expect(next).to.include({subnet: 2, instanceType: 't3.medium'})
    if (!next) throw new Error('no place')
    expect(nextPlace(places, [full, {place: next, code: 'Unsupported'}])).to.include({
      subnet: 2,
      instanceType: 't3.large',
    })
  })
})

describe('a create where there is no room', function () {
  this.timeout(30_000)
  let run: RegionRun
  let faults: SettableFaults

  const open = async (change: Partial<SpecInput> = {}): Promise<void> => {
    faults = new SettableFaults()
    run = await RegionRun.open({faults, spec: clusterSpec({...ONE_AND_ONE, ...change})})
  }
  afterEach(() => run.close())

  const inventory = (): Promise<Inventory> => takeInventory(run.clients, run.clusterId, new AbortController().signal)
  const machines = async (): Promise<string[]> =>
    (await inventory()).instances
      .map(i => `${i.InstanceType ?? ''} ${i.Placement?.AvailabilityZone ?? ''} ${i.PrivateIpAddress ?? ''}`)
      .sort()
  const failure = async (): Promise<KhwError> => {
    const error: unknown = await run.run().then(
      () => undefined,
      (reason: unknown) => reason,
    )
    if (error instanceof KhwError) return error
    throw new Error('it did not fail', {cause: error})
  }

  for (const code of [
    'InsufficientInstanceCapacity',
    'Unsupported',
    'InsufficientFreeAddressesInSubnet',
  ] satisfies CapacityCode[]) {
    it(`goes to the next zone on ${code}, and stays there`, async () => {
      // In this order, or a zone that does not offer the type would be the last one.
      await open({network: {zones: ['local-1a', 'local-1b', 'local-1c']}})
      faults.set({capacity: [{zone: 'local-1a', code}]})
      await run.run()
      expect(await machines()).to.deep.equal(['t3.medium local-1b 10.240.1.20', 't3.medium local-1b 10.240.1.253'])
      expect(run.journal.steps['compute/addresses']).to.have.nested.property('output.privateIps').that.deep.equals({
        'controller-1': '10.240.1.20',
        'worker-1': '10.240.1.253',
      })
      faults.set({})
      expect(Object.keys(outcomes(await run.run()))).to.deep.equal(['kept'])
      await run.run({loseJournal: true})
      expect(run.journal.steps['compute/addresses']).to.have.nested.property(
        'output.privateIps.worker-1',
        '10.240.1.253',
      )
      expect(placementNotices(run.spec, await inventory())).to.deep.equal([
        'Their own zones had no room, so these stand elsewhere: controller-1 in local-1b (10.240.1.20), worker-1 in local-1b (10.240.1.253).',
      ])
    })
  }

  it('takes the next type when no zone has the first', async () => {
    await open({fallbackTypes: {worker: ['m5.large', 'm5a.large']}})
    faults.set({
      capacity: [
        {instanceType: 'm5.large', zone: 'local-1?'},
        {instanceType: 't3.medium', zone: 'local-1?'},
      ],
    })
    const error = await failure()
    expect(error.code).to.equal('AWS_CAPACITY')
    expect(error.oclif.exit).to.equal(69)
    expect(error.message).to.match(
      /no room for controller-1 now: t3\.medium in local-1a \(InsufficientInstanceCapacity\), t3\.medium in local-1b .*, t3\.medium in local-1c /,
    )
    expect(error.message).to.match(
      /\nInsufficientInstanceCapacity: We currently do not have sufficient t3\.medium capacity/,
    )
    expect(error.suggestions.join()).to.include('--controller-type TYPE,TYPE')
    expect(await machines()).to.deep.equal(['m5a.large local-1a 10.240.0.31'])
    faults.set({})
    await run.run()
    expect(await machines()).to.deep.equal(['m5a.large local-1a 10.240.0.31', 't3.medium local-1a 10.240.0.11'])
  })

  it('says why a place was refused in the words of EC2, of each of its codes', async () => {
    await open({network: {zones: ['local-1a', 'local-1b']}})
    faults.set({capacity: [{zone: 'local-1a', code: 'Unsupported'}, {zone: 'local-1b'}]})
    const error = await failure()
    expect(error.message).to.match(
      /\nUnsupported: Your requested instance type \(t3\.medium\) is not supported in .*\nInsufficientInstanceCapacity: We currently/,
    )
  })

  it('begins with the first place again after all were tried', async () => {
    await open()
    faults.set({capacity: [{}]})
    for (const time of ['first', 'second']) expect((await failure()).message, time).to.include('t3.medium in local-1c')
    faults.set({})
    await run.run()
    expect(await machines()).to.deep.equal(['t3.medium local-1a 10.240.0.11', 't3.medium local-1a 10.240.0.31'])
  })

  describe('at its address', () => {
    const occupy = async (PrivateIpAddress: string, tags: Record<string, string> = {}): Promise<string> => {
      const SubnetId = (await inventory()).subnets.find(subnet => subnet.CidrBlock === '10.240.0.0/24')?.SubnetId
      const Tags = Object.entries(tags).map(([Key, Value]) => ({Key, Value}))
      const {NetworkInterface} = await run.region.ec2.createNetworkInterface({
        SubnetId,
        PrivateIpAddress,
        ...(Tags.length > 0 && {TagSpecifications: [{ResourceType: 'network-interface', Tags}]}),
      })
      return present(NetworkInterface?.NetworkInterfaceId)
    }
    /** Everything but the machines. */
    const prepare = async (): Promise<void> => {
      await open()
      faults.set({capacity: [{}]})
      await failure()
      faults.set({})
    }

    it('has another one in the same subnet, whoever has its own', async () => {
      await prepare()
      await occupy('10.240.0.11')
      await run.run()
      const [controller, worker, ...others] = await machines()
      expect(others).to.deep.equal([])
      expect([controller, worker].join()).to.include('t3.medium local-1a 10.240.0.31')
      const at = (await inventory()).instances.find(i =>
        i.Tags?.some(tag => tag.Value === 'compute/instance/controller-1'),
      )?.PrivateIpAddress
      expect(at)
        .to.match(/^10\.240\.0\./)
        .and.not.equal('10.240.0.11')
      expect(run.journal.steps['compute/addresses']).to.have.nested.property('output.privateIps').that.deep.equals({
        'controller-1': at,
      })
      expect(placementNotices(run.spec, await inventory())).to.deep.equal([])
      expect(Object.keys(outcomes(await run.run()))).to.deep.equal(['kept'])
    })

    it('waits for its own last machine to give it back', async () => {
      await prepare()
      const own = {'khw:cluster-id': run.clusterId, 'khw:step': 'compute/instance/controller-1'}
      const NetworkInterfaceId = await occupy('10.240.0.11', own)
      const running = run.run()
      while ((await machines()).length === 0) await new Promise(resolve => setTimeout(resolve, 20))
      await run.region.ec2.deleteNetworkInterface({NetworkInterfaceId})
      await running
      expect(await machines()).to.deep.equal(['t3.medium local-1a 10.240.0.11', 't3.medium local-1a 10.240.0.31'])
    })
  })

  it('goes elsewhere, too, if a machine ends for want of room after its launch', async () => {
    await open()
    faults.set({boots: [{name: 'sample-worker-1', times: 1, fail: {code: 'Server.InsufficientInstanceCapacity'}}]})
    // Whether the first run still sees it end is a matter of luck.
    await run.run().catch(() => undefined)
    while ((await inventory()).instances.length > 1) await new Promise(resolve => setTimeout(resolve, 20))
    await run.run()
    expect(await machines()).to.deep.equal(['t3.medium local-1a 10.240.0.11', 't3.medium local-1b 10.240.1.253'])
  })

  describe('from an image that is gone', () => {
    const GONE = 'ami-00000000000000000'
    const lose = async (change: Partial<SpecInput>): Promise<void> => {
      await open(change)
      await run.run()
      const [worker] = (await inventory()).instances.filter(i => i.PrivateIpAddress === '10.240.0.31')
      await run.region.ec2.terminateInstances({InstanceIds: [worker?.InstanceId ?? '']})
      while ((await inventory()).instances.length > 1) await new Promise(resolve => setTimeout(resolve, 20))
      const record = run.journal.steps['compute/image']
      if (record?.status !== 'done') throw new Error('no image')
      run.journal.record('compute/image', {...record, output: {imageId: GONE, rootDeviceName: '/dev/xvda'}})
    }

    it('takes the newest of the family', async () => {
      await lose({})
      await run.run()
      expect((await inventory()).instances.map(i => i.ImageId)).to.deep.equal([IMAGE.imageId, IMAGE.imageId])
      expect(Object.keys(outcomes(await run.run()))).to.deep.equal(['kept'])
    })

    it('says so, if it was asked for by its id', async () => {
      await lose({image: IMAGE.imageId})
      Object.defineProperty(run, 'spec', {value: clusterSpec({...run.spec, image: GONE})})
      const error = await failure()
      expect(error.message).to.include(`The image ${GONE} is gone from local-1, and there is no other ${GONE}.`)
      expect(error.suggestions.join()).to.include('khw destroy sample')
    })
  })

  describe('of spot instances', () => {
    const lifecycles = async (): Promise<string[]> =>
      (await inventory()).instances.map(i => `${i.Tags?.[0]?.Value ?? ''} ${i.InstanceLifecycle ?? 'on demand'}`).sort()

    it('has workers on the spot market and controllers on demand', async () => {
      await open({spot: true})
      await run.run()
      expect(await lifecycles()).to.deep.equal(['sample-controller-1 on demand', 'sample-worker-1 spot'])
      expect(placementNotices(run.spec, await inventory())).to.deep.equal([])
    })

    it('has workers on demand where the account may have no spot instances, and says so', async () => {
      await open({spot: true})
      faults.set({quotas: {spotInstances: 0}})
      await run.run()
      expect(await lifecycles()).to.deep.equal(['sample-controller-1 on demand', 'sample-worker-1 on demand'])
      expect(placementNotices(run.spec, await inventory())).to.deep.equal([
        'The spot market had none for these, which run on demand: worker-1.',
      ])
      faults.set({})
      expect(Object.keys(outcomes(await run.run()))).to.deep.equal(['kept'])
    })

    it('has workers on demand where they cost no more', async () => {
      await open({spot: true})
      const how = {code: 'SpotMaxPriceTooLow', message: 'Your Spot request price of 0.0416 is lower than required.'}
      faults.set({calls: [{action: 'RunInstances', nth: 1, times: 2, when: 'before', how}]})
      const error = await failure()
      // The same answer to a call that asks for no spot instance is no reason to go elsewhere.
      expect(error.message).to.include('SpotMaxPriceTooLow')
      faults.set({})
      await run.run()
      expect((await lifecycles())[1]).to.equal('sample-worker-1 on demand')
    })

    it('replaces one that was taken back', async () => {
      await open({spot: true})
      await run.run()
      const before = new Set((await inventory()).instances.map(i => i.InstanceId))
      faults.set({interruptions: [{name: 'sample-worker-1', noticeMilliseconds: 0, times: 1}]})
      while ((await inventory()).instances.length > 1) await new Promise(resolve => setTimeout(resolve, 20))
      await run.run()
      const after = (await inventory()).instances
      expect(after).to.have.length(2)
      expect(after.filter(i => before.has(i.InstanceId))).to.have.length(1)
      expect(await lifecycles()).to.deep.equal(['sample-controller-1 on demand', 'sample-worker-1 spot'])
    })
  })

  it('says when etcd would not survive the loss of a zone', async () => {
    const three = size(3, 1)
    const standing = (...zones: string[]): Inventory =>
      ({
        instances: zones.map((zone, i) => ({
          InstanceId: `i-${i}`,
          Placement: {AvailabilityZone: zone},
          PrivateIpAddress: controllersOf(placed(three, {}))[i]?.privateIp,
          Tags: [{Key: 'khw:step', Value: `compute/instance/controller-${i + 1}`}],
        })),
      }) as unknown as Inventory
    await open()
    expect(placementNotices(three, standing('a', 'b', 'c'))).to.deep.equal([])
    expect(placementNotices(three, standing('b', 'b', 'c'))).to.deep.equal([
      '2 of 3 controllers stand in b: etcd would not survive the loss of that zone.',
    ])
  })
})
