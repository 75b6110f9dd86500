import {copyFile, mkdtemp, rm} from 'node:fs/promises'
import type {Server} from 'node:http'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {EC2, RunInstancesCommandInput} from '@aws-sdk/client-ec2'
import type {ElasticLoadBalancingV2} from '@aws-sdk/client-elastic-load-balancing-v2'
import type {FaultSource} from '../../../src/local/api/faults/fault-source.js'
import {createApiServer} from '../../../src/local/api/server.js'
import type {Latency} from '../../../src/local/api/latency.js'
import type {MachineImage} from '../../../src/local/api/image.js'
import type {AddressRange} from '../../../src/local/api/public-addresses.js'
import {emptyRegion} from '../../../src/local/state-file.js'
import {RegionStore} from '../../../src/local/store.js'
import type {Clock} from '../../../src/clock.js'
import {OffsetClock} from './offset-clock.js'
import {RecordingFabric} from './recording-fabric.js'

export const CREDENTIALS = {accessKeyId: 'AKIALOCALREGION00001', secretAccessKey: 'a+secret/with=signs'}
export const IMAGE: MachineImage = {
  imageId: 'ami-0123456789abcdef0',
  name: 'debian-12-amd64-20261101-1',
  ownerId: '136693071363',
  architecture: 'x86_64',
  creationDate: '2026-11-01T00:00:00.000Z',
  rootDeviceName: '/dev/xvda',
}
/** 198.18.0.4 to 198.18.0.7 */
const PUBLIC_RANGE = {first: 0xc6120004, last: 0xc6120007}

export interface TestRegion {
  readonly endpoint: string
  readonly ec2: EC2
  readonly elb: ElasticLoadBalancingV2
  readonly store: RegionStore
  readonly fabric: RecordingFabric
  /** What went wrong behind an answer. */
  readonly errors: unknown[]
  /** Moves the clock of the region and of its client by so many milliseconds. */
  advance(by: number): void
  close(): Promise<void>
}

export interface TestRegionOptions {
  readonly faults?: FaultSource
  /** Otherwise one that runs as usual, but for `advance`. */
  readonly clock?: Clock
  /** Otherwise none, unless the faults say so. */
  readonly latency?: Latency
  /** Otherwise four addresses. */
  readonly publicRange?: AddressRange
  /** What a region kept on disk that goes on here; otherwise there is nothing in it. */
  readonly stateFile?: string
  /** Otherwise IMAGE. */
  readonly image?: MachineImage
}

/** A region's API on a free port of loopback, with a client of the real SDK that does not retry. */
export async function testRegion(options: TestRegionOptions = {}): Promise<TestRegion> {
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true'
  const {EC2} = await import('@aws-sdk/client-ec2')
  const {ElasticLoadBalancingV2} = await import('@aws-sdk/client-elastic-load-balancing-v2')
  const directory = await mkdtemp(join(tmpdir(), 'region-api-'))
  const file = join(directory, 'state.json')
  if (options.stateFile !== undefined) await copyFile(options.stateFile, file)
  const store = await RegionStore.open(file, () =>
    emptyRegion({region: 'local-1', zones: ['local-1a', 'local-1b', 'local-1c'], accountId: '123456789012'}),
  )
  const fabric = new RecordingFabric()
  const errors: unknown[] = []
  const clock = options.clock ?? new OffsetClock()
  const server = createApiServer({
    store,
    fabric,
    credentials: CREDENTIALS,
    image: options.image ?? IMAGE,
    publicRange: options.publicRange ?? PUBLIC_RANGE,
    onError: error => errors.push(error),
    clock,
    ...(options.faults && {faults: options.faults}),
    ...(options.latency && {latency: options.latency}),
  })
  const endpoint = await listen(server)
  const config = {endpoint, region: 'local-1', credentials: CREDENTIALS, maxAttempts: 1}
  const ec2 = new EC2(config)
  const elb = new ElasticLoadBalancingV2(config)
  return {
    endpoint,
    ec2,
    elb,
    store,
    fabric,
    errors,
    advance: by => {
      if (!(clock instanceof OffsetClock)) throw new Error('this clock runs by itself')
      clock.advance(by)
      for (const client of [ec2, elb]) client.config.systemClockOffset = clock.now() - Date.now()
    },
    close: async () => {
      ec2.destroy()
      elb.destroy()
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
      // A change that nobody waits for may still be on its way to the disk.
      await rm(directory, {recursive: true, maxRetries: 5})
    },
  }
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return `http://127.0.0.1:${address.port}`
}

/** `Code` of the error the promise rejects with, or `no error`. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
    return 'no error'
  } catch (error) {
    return error instanceof Error ? error.name : String(error)
  }
}

/** The value, which the test needs to be there. */
export function present<T>(value: T | undefined | null): T {
  if (value === undefined || value === null) throw new Error('missing in the answer')
  return value
}

export interface TestNetwork {
  readonly vpcId: string
  readonly subnetId: string
  readonly groupId: string
}

/** A VPC 10.240.0.0/16 with a subnet 10.240.0.0/24 and a group `nodes`. */
export async function network(ec2: EC2, cidr = '10.240.0.0/16'): Promise<TestNetwork> {
  const vpc = await ec2.createVpc({CidrBlock: cidr})
  const vpcId = present(vpc.Vpc?.VpcId)
  const subnet = await ec2.createSubnet({VpcId: vpcId, CidrBlock: cidr.replace('/16', '/24')})
  const group = await ec2.createSecurityGroup({VpcId: vpcId, GroupName: 'nodes', Description: 'nodes'})
  return {vpcId, subnetId: present(subnet.Subnet?.SubnetId), groupId: present(group.GroupId)}
}

export function launchInput(net: TestNetwork, more: Partial<RunInstancesCommandInput> = {}): RunInstancesCommandInput {
  return {
    ImageId: IMAGE.imageId,
    InstanceType: 't3.small',
    MinCount: 1,
    MaxCount: 1,
    SubnetId: net.subnetId,
    SecurityGroupIds: [net.groupId],
    ...more,
  }
}

/** Launches one instance and returns its id at once, while it is still `pending`. */
export async function launch(
  ec2: EC2,
  net: TestNetwork,
  more: Partial<RunInstancesCommandInput> = {},
): Promise<string> {
  const {Instances = []} = await ec2.runInstances(launchInput(net, more))
  return present(Instances[0]?.InstanceId)
}

/** Waits until the instance is in that state, as a client has to: by asking. */
export async function reaches(ec2: EC2, instanceId: string, state: string): Promise<void> {
  const deadline = Date.now() + 5000
  for (;;) {
    const {Reservations = []} = await ec2.describeInstances({InstanceIds: [instanceId]})
    const now = Reservations[0]?.Instances?.[0]?.State?.Name
    if (now === state) return
    if (Date.now() > deadline) throw new Error(`${instanceId} is ${now ?? 'gone'}, not ${state}`)
  }
}

/** For a suite whose tests each begin with a region of their own and a network in it. */
export function eachRegion(use: (made: {readonly region: TestRegion; readonly net: TestNetwork}) => void): void {
  let region: TestRegion
  beforeEach(async () => {
    region = await testRegion()
    use({region, net: await network(region.ec2)})
  })
  afterEach(async () => {
    await region.close()
  })
}
