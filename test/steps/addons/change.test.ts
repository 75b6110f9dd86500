import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {CreateTagsCommandInput} from '@aws-sdk/client-ec2'
import {expect} from 'chai'
import {emptyInventory} from '../../../src/aws/inventory.js'
import {specOfTags, specTags} from '../../../src/aws/spec-tags.js'
import type {ClusterAddon} from '../../../src/cluster/addons.js'
import type {ClusterSpec} from '../../../src/cluster/spec.js'
import {KhwError} from '../../../src/errors.js'
import {KubernetesApi} from '../../../src/kubernetes/api.js'
import type {Pki} from '../../../src/pki/pki.js'
import {install, remove, type ClusterToChange} from '../../../src/steps/addons/change.js'
import type {RunContext} from '../../../src/steps/engine/context.js'
import type {RunEvent} from '../../../src/steps/engine/events.js'
import {Journal, type JournalHeader} from '../../../src/steps/engine/journal.js'
import {LoopbackApi, testPki} from '../../kubernetes/loopback.js'
import {QuickClock} from '../../ssh/quick-clock.js'
import {MemorySecretStore} from '../../pki/fixtures.js'
import {ACCESS} from '../run-context.js'
import {ARTIFACTS} from '../region-run.js'
import {sampleSpec} from '../sample-spec.js'
import {KeptObjects} from './kept-objects.js'

const OLD = 'registry.example/coredns:v1'
const NEW = 'registry.example/coredns:v2'
const BAD = 'registry.example/coredns:v3'

describe('changing the add-ons of a cluster', () => {
  let pki: Pki
  let objects: KeptObjects
  let pods: () => readonly object[]
  /** Of a Deployment that was applied, by its path. */
  let onWrite: (path: string) => void
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
    pods = () => []
    // Pods run at once.
    onWrite = path => {
      objects.put(path, {status: {observedGeneration: 1, updatedReplicas: 2, availableReplicas: 2}})
    }
    server = await LoopbackApi.start(pki, seen => {
      if (seen.path === '/api/v1/namespaces/kube-system/pods') return {body: {items: pods()}}
      const answer = objects.handle(seen)
      if (seen.method === 'PATCH' && seen.path.includes('/deployments/')) onWrite(seen.path)
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
      clock: new QuickClock(),
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

  it('that cannot be pulled is told in the words of the kubelet, with what to type; what was applied is kept', async () => {
    const path = '/apis/apps/v1/namespaces/kube-system/deployments/coredns'
    const why = `failed to resolve reference "${BAD}": not found`
    const waiting = [
      {reason: 'ErrImagePull', message: why},
      {reason: 'ImagePullBackOff', message: 'Back-off'},
    ]
    let looks = 0
    onWrite = () => {
      objects.put(path, {status: {observedGeneration: 1, updatedReplicas: 1, availableReplicas: 1}})
    }
    pods = () => [
      podOf('coredns-old', OLD, {phase: 'Running', containerStatuses: [{name: 'coredns', ready: true}]}),
      podOf('coredns-new', BAD, {
        phase: 'Pending',
        containerStatuses: [{name: 'coredns', ready: false, state: {waiting: waiting[Math.min(1, looks++)]}}],
      }),
    ]
    const shown: string[] = []
    const told = {...cluster(), onEvent: (event: RunEvent) => event.type === 'step-progress' && shown.push(event.text)}
    const error: unknown = await install(told, {name: 'coredns', image: BAD}).catch((e: unknown) => e)
    expect(error).to.be.instanceOf(KhwError).and.to.have.property('code', 'ARTIFACT_MISSING')
    const {message, suggestions} = error as KhwError
    expect(message).to.include(`${BAD} cannot be pulled`).and.include(`coredns-new on worker-1: ErrImagePull: ${why}`)
    expect(suggestions.join('\n'))
      .to.include('khw addon add sample coredns --image ')
      .and.include('khw addon remove sample coredns')
    expect(shown[0]).to.include('1 of 2 replicas are available').and.include(why)
    expect(objects.all.has(path)).to.equal(true)
    expect(journal.header.spec.addons).to.deep.equal([{name: 'coredns', image: BAD}])
    expect(journal.steps['addons/coredns/ready']?.status).to.equal('failed')
  })

  it('is removed by a plan of steps like any other, which leaves no record, and each time anew', async () => {
    const events: RunEvent[] = []
    const told = () => ({...cluster(), onEvent: (event: RunEvent) => void events.push(event)})
    expect((await remove(told(), 'coredns')).removed).to.include('Deployment kube-system/coredns')
    const planned = events.find(event => event.type === 'planned')
    expect(planned?.phases.map(({title}) => title)).to.deep.equal(['Remove the add-on'])
    const done = events.flatMap(event => (event.type === 'step-done' ? [event.id] : []))
    expect(done).to.deep.equal(['addons/addresses', 'addons/coredns/removal'])
    expect(Object.keys(Journal.open(directory).steps)).to.deep.equal(['addons/addresses'])
    await install(cluster(), {name: 'coredns', image: OLD})
    expect((await remove(told(), 'coredns')).removed).to.include('Deployment kube-system/coredns')
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

function podOf(name: string, image: string, status: object): object {
  const labels = {'k8s-app': 'kube-dns'}
  return {metadata: {name, labels}, spec: {nodeName: 'worker-1', containers: [{name: 'coredns', image}]}, status}
}
