import {expect} from 'chai'
import type {Server} from 'node:http'
import type {InstanceFacts, ServiceTables} from '../../../src/local/vpc/service-tables.js'
import {metadataServer} from '../../../src/local/vpc/services/metadata-server.js'
import {metadataTokens} from '../../../src/local/vpc/services/metadata-tokens.js'

const facts: InstanceFacts = {
  instanceId: 'i-1',
  imageId: 'ami-1',
  instanceType: 't3.small',
  architecture: 'x86_64',
  availabilityZone: 'local-1a',
  launchTime: '2026-01-01T00:00:00.000Z',
  reservationId: 'r-1',
  privateIp: '127.0.0.1',
  publicIp: '198.18.0.5',
  mac: '02:00:00:00:00:0a',
  networkInterfaceId: 'eni-1',
  subnetId: 'subnet-1',
  subnetCidr: '127.0.0.0/24',
  securityGroups: [
    {id: 'sg-1', name: 'one'},
    {id: 'sg-2', name: 'two'},
  ],
  keyName: 'key',
  publicKey: 'ssh-ed25519 AAAA key',
  userData: Buffer.from([0, 255, 10]).toString('base64'),
  httpTokens: 'required',
  httpEndpoint: 'enabled',
}

describe('instance metadata', () => {
  let server: Server
  let url: string
  let instance: InstanceFacts
  let time: number
  const tables = (): ServiceTables => ({
    region: 'local-1',
    accountId: '123456789012',
    vpcId: 'vpc-1',
    vpcCidr: '127.0.0.0/16',
    resolverAddress: '127.0.0.2',
    instances: {[instance.privateIp]: instance},
    loadBalancers: [],
  })
  const token = async (): Promise<string> => {
    const headers = {'X-aws-ec2-metadata-token-ttl-seconds': '60'}
    return (await fetch(`${url}/latest/api/token`, {method: 'PUT', headers})).text()
  }
  const get = async (path: string): Promise<Response> =>
    fetch(url + path, {headers: {'X-aws-ec2-metadata-token': await token()}})
  const text = async (path: string): Promise<string> => (await get(path)).text()

  beforeEach(async () => {
    instance = facts
    time = 1_000_000
    server = metadataServer(
      tables,
      metadataTokens(() => time),
    )
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const bound = server.address()
    url = `http://127.0.0.1:${typeof bound === 'object' && bound !== null ? bound.port : 0}`
  })
  afterEach(() => {
    server.closeAllConnections()
    server.close()
  })

  it('is what EC2 calls it', async () => {
    const wanted = {
      'meta-data/instance-id': 'i-1',
      'meta-data/ami-id': 'ami-1',
      'meta-data/instance-type': 't3.small',
      'meta-data/local-ipv4': '127.0.0.1',
      'meta-data/public-ipv4': '198.18.0.5',
      'meta-data/hostname': 'ip-127-0-0-1.local-1.compute.internal',
      'meta-data/local-hostname': 'ip-127-0-0-1.local-1.compute.internal',
      'meta-data/mac': '02:00:00:00:00:0a',
      'meta-data/placement/availability-zone': 'local-1a',
      'meta-data/placement/region': 'local-1',
      'meta-data/public-keys/': '0=key',
      'meta-data/public-keys/0/openssh-key': 'ssh-ed25519 AAAA key\n',
      'meta-data/security-groups': 'one\ntwo',
      'meta-data/network/interfaces/macs/': '02:00:00:00:00:0a/',
      'meta-data/network/interfaces/macs/02:00:00:00:00:0a/subnet-id': 'subnet-1',
      'meta-data/network/interfaces/macs/02:00:00:00:00:0a/vpc-ipv4-cidr-block': '127.0.0.0/16',
    }
    for (const [path, value] of Object.entries(wanted)) expect(await text(`/latest/${path}`), path).to.equal(value)
    expect((await text('/latest/meta-data/')).split('\n')).to.include.members(['ami-id', 'network/', 'placement/'])
    expect(JSON.parse(await text('/latest/dynamic/instance-identity/document'))).to.include({
      accountId: '123456789012',
      region: 'local-1',
      instanceId: 'i-1',
    })
    expect([...new Uint8Array(await (await get('/2021-07-15/user-data')).arrayBuffer())]).to.deep.equal([0, 255, 10])
  })

  it('tells a spot instance when it will be taken back, once that is known', async () => {
    const notice = '/latest/meta-data/spot/instance-action'
    expect(await text('/latest/meta-data/instance-life-cycle')).to.equal('on-demand')
    instance = {...facts, spot: {}}
    expect(await text('/latest/meta-data/instance-life-cycle')).to.equal('spot')
    expect((await get(notice)).status).to.equal(404)
    instance = {...facts, spot: {interruptedAt: '2026-11-24T08:22:00.123Z'}}
    expect(JSON.parse(await text(notice))).to.deep.equal({action: 'terminate', time: '2026-11-24T08:22:00Z'})
    expect(await text('/latest/meta-data/spot/termination-time')).to.equal('2026-11-24T08:22:00Z')
  })

  it('knows no other paths', async () => {
    const paths = ['/latest/meta-data/iam/', '/latest/meta-data/__proto__', '/v1/meta-data/', '/latest/user-data/x']
    for (const path of paths) expect((await get(path)).status, path).to.equal(404)
  })

  it('wants a token that is its own, right and not too old', async () => {
    const path = `${url}/latest/meta-data/instance-id`
    const status = async (value?: string): Promise<number> =>
      (await fetch(path, value === undefined ? {} : {headers: {'X-aws-ec2-metadata-token': value}})).status
    const good = await token()
    expect(await status()).to.equal(401)
    expect(await status('nonsense')).to.equal(401)
    expect(await status(good)).to.equal(200)
    instance = {...facts, instanceId: 'i-2'}
    expect(await status(good)).to.equal(401)
    instance = facts
    time += 60_000
    expect(await status(good)).to.equal(401)
    instance = {...facts, httpTokens: 'optional'}
    expect(await status()).to.equal(200)
    expect(await status(good)).to.equal(401)
  })

  it('gives tokens only to who asks as it should', async () => {
    const put = async (headers: Record<string, string>): Promise<number> =>
      (await fetch(`${url}/latest/api/token`, {method: 'PUT', headers})).status
    const ttl = 'X-aws-ec2-metadata-token-ttl-seconds'
    const answers = [{}, {[ttl]: '0'}, {[ttl]: '21601'}, {[ttl]: 'x'}, {[ttl]: '60', 'X-Forwarded-For': '1.1.1.1'}]
    expect(await Promise.all(answers.map(put))).to.deep.equal([400, 400, 400, 400, 403])
    expect((await fetch(`${url}/latest/meta-data/`, {method: 'POST'})).status).to.equal(405)
  })

  it('can be switched off, and is not for strangers', async () => {
    instance = {...facts, httpEndpoint: 'disabled'}
    expect((await fetch(`${url}/latest/api/token`, {method: 'PUT'})).status).to.equal(403)
    instance = {...facts, privateIp: '127.0.0.9'}
    expect((await fetch(`${url}/latest/`)).status).to.equal(404)
  })
})
