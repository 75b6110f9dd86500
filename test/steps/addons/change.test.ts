import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {CreateTagsCommandInput} from '@aws-sdk/client-ec2'
import {expect} from 'chai'
import {emptyInventory} from '../../../src/aws/inventory.js'
import {specOfTags, specTags} from '../../../src/aws/spec-tags.js'
import {systemClock} from '../../../src/clock.js'
import type {ClusterAddon} from '../../../src/cluster/addons.js'
import type {ClusterSpec} from '../../../src/cluster/spec.js'
import {KubernetesApi} from '../../../src/kubernetes/api.js'
import type {Pki} from '../../../src/pki/pki.js'
import {install, remove, type ClusterToChange} from '../../../src/steps/addons/change.js'
import type {RunContext} from '../../../src/steps/engine/context.js'
import {Journal, type JournalHeader} from '../../../src/steps/engine/journal.js'
import {LoopbackApi, testPki} from '../../kubernetes/loopback.js'
import {MemorySecretStore} from '../../pki/fixtures.js'
import {ACCESS} from '../run-context.js'
import {ARTIFACTS} from '../region-run.js'
import {sampleSpec} from '../sample-spec.js'
import {KeptObjects} from './kept-objects.js'

const OLD = 'registry.example/coredns:v1'
const NEW = 'registry.example/coredns:v2'

describe('changing the add-ons of a cluster', () => {
  let pki: Pki
  let objects: KeptObjects
  let server: LoopbackApi
  let api: KubernetesApi
  let directory: string
  let journal: Journal
  /** What the tags were told last. */
  let tagged: readonly ClusterAddon[] | undefined
  /** The process ends once the tags are written. */
  let killed: boolean

  before(async () => {
    pki = await testPki()
  })
  beforeEach(async () => {
    objects = new KeptObjects()
    server = await LoopbackApi.start(pki, seen => {
      const answer = objects.handle(seen)
      // Pods run at once.
      if (seen.method === 'PATCH' && seen.path.includes('/deployments/'))
        objects.put(seen.path, {status: {observedGeneration: 1, updatedReplicas: 2, availableReplicas: 2}})
      return answer
    })
    const {certificate, privateKey} = pki.leaf('admin')
    api = new KubernetesApi({endpoints: [server.url], ca: pki.ca.certificate, certificate, privateKey})
    directory = mkdtempSync(join(tmpdir(), 'khw-addons-'))
    const spec: ClusterSpec = {
      ...sampleSpec({controllers: 1, workers: 1}),
      addons: [{name: 'coredns', image: OLD}],
    }
    journal = Journal.create(directory, {clusterId: 'c-1', spec} as JournalHeader)
    tagged = undefined
    killed = false
    await install(cluster(), {name: 'coredns'})
    server.seen.length = 0
    tagged = undefined
  })
  afterEach(() => {
    api.close()
    server.stop()
    rmSync(directory, {recursive: true})
  })

  function cluster(): ClusterToChange {
    const {spec} = journal.header
    const Tags = specTags({spec: {...spec, addons: []}, operatorCidr: ACCESS.operatorCidr})
    const context = {
      clusterId: 'c-1',
      spec,
      access: ACCESS,
      // As where no image comes with the artifacts.
      artifacts: {...ARTIFACTS, source: 'debian'},
      inventory: {...emptyInventory(), vpcs: [{VpcId: 'vpc-1', Tags}]},
      secrets: new MemorySecretStore(),
      kubernetes: () => Promise.resolve(api),
      ec2: {
        createTags: ({Tags: written}: CreateTagsCommandInput) => {
          tagged = specOfTags(written)?.spec.addons
          return killed ? Promise.reject(new Error('killed')) : Promise.resolve({})
        },
      },
      clock: systemClock,
      signal: new AbortController().signal,
    }
    return {journal, context: context as unknown as RunContext, api, onEvent: () => undefined}
  }

  const failure = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'none',
      (error: unknown) => (error as Error).message,
    )
  const wrote = (): readonly string[] => server.calls.filter(call => !call.startsWith('GET'))

  it('runs from the image that it was told last, unless it is told another', async () => {
    expect(await install(cluster(), {name: 'coredns'})).to.include({state: 'ready', image: OLD})
    expect(journal.header.spec.addons).to.deep.equal([{name: 'coredns', image: OLD}])
    expect(await install(cluster(), {name: 'coredns', image: NEW})).to.include({state: 'ready', image: NEW})
    expect(await install(cluster(), {name: 'coredns'})).to.include({image: NEW})
    await remove(cluster(), 'coredns')
    expect(await failure(install(cluster(), {name: 'coredns'}))).to.include('no image of coredns')
  })

  it('is done anew by whoever goes on, and is in the tags, should it be stopped before it has begun', async () => {
    killed = true
    expect(await failure(install(cluster(), {name: 'coredns', image: NEW}))).to.equal('killed')
    expect(wrote()).to.deep.equal([])
    const left = Journal.open(directory)
    expect(left.header.spec.addons).to.deep.equal([{name: 'coredns', image: NEW}])
    expect(left.steps, 'a create would keep what is done').not.to.have.any.keys(
      'addons/coredns',
      'addons/coredns/ready',
    )
    expect(tagged).to.deep.equal([{name: 'coredns', image: NEW}])
  })

  it('has told the journal and the tags before it deletes anything', async () => {
    journal.amend({addons: [{name: 'coredns', image: OLD}, {name: 'metrics-server'}]})
    killed = true
    expect(await failure(remove(cluster(), 'coredns'))).to.equal('killed')
    expect(wrote()).to.deep.equal([])
    expect(tagged).to.deep.equal([{name: 'metrics-server'}])
    expect(Journal.open(directory).header.spec.addons).to.deep.equal([{name: 'metrics-server'}])
    killed = false
    const {removed, addon} = await remove(cluster(), 'coredns')
    expect(removed).to.include('Deployment kube-system/coredns')
    expect(addon).to.include({state: 'unavailable', wanted: false})
  })
})
