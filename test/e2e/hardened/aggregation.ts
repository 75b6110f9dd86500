import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect} from 'chai'
import type {Manifest, PodObject} from '../../../src/kubernetes/objects.js'
import {objectPath} from '../../../src/kubernetes/paths.js'
import type {KubernetesApi} from '../../../src/kubernetes/api.js'
import {applyObject} from '../../../src/steps/addons/apply.js'
import {livePublicIps} from '../../../src/steps/compute/node-instance.js'
import {withCluster} from '../../../src/steps/session/open-cluster.js'
import {kubectl, kubectlOutcome} from '../kubectl.js'
import type {Khw} from '../khw.js'
import {clusterOf, servingPair} from './rendered-addon.js'
import {onNode} from './on-node.js'
import {serveSampleImage} from './sample-image.js'
import {API, GROUP, NAMESPACE, PORT, sampleObjects, SERVICE} from './sample-objects.js'

/** Kubernetes' own sample-apiserver is served by every API server, and knows who is calling; it is gone afterwards. */
export function aggregation(khw: Khw, cluster: string, controllers: readonly string[]): void {
  describe('an aggregated API server', () => {
    const labels = {'pod-security.kubernetes.io/enforce': 'restricted'}
    const namespace: Manifest = {apiVersion: 'v1', kind: 'Namespace', metadata: {name: NAMESPACE, labels}}
    let objects: readonly Manifest[]
    let directory: string

    const withApi = <T>(use: (api: KubernetesApi) => Promise<T>): Promise<T> =>
      withCluster(clusterOf(khw, cluster), async ({context}) =>
        use(await context.kubernetes(livePublicIps(context.spec, context.inventory), 'admin')),
      )

    const post = async (path: string, body: object): Promise<unknown> => {
      const file = join(directory, 'body.json')
      writeFileSync(file, JSON.stringify(body))
      return JSON.parse(await kubectl(khw, cluster, 'create', '--raw', path, '-f', file))
    }

    /** Of a service account (TokenRequest). */
    const tokenOf = async (name: string): Promise<string> => {
      const path = `/api/v1/namespaces/${NAMESPACE}/serviceaccounts/${name}/token`
      const request = {apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {}}
      return ((await post(path, request)) as {status: {token: string}}).status.token
    }

    before('is installed', async () => {
      directory = mkdtempSync(join(tmpdir(), 'khw-aggregation-'))
      await serveSampleImage(khw.header(cluster).artifacts)
      objects = sampleObjects(await servingPair(khw, cluster, SERVICE))
      await withApi(async api => {
        for (const object of [namespace, ...objects]) await applyObject(api, object)
      })
    })

    after('is removed', async () => {
      await withApi(async api => {
        for (const object of [...objects].reverse()) await api.delete(objectPath(object), {gracePeriodSeconds: 0})
        await api.delete(objectPath(namespace))
      })
      rmSync(directory, {recursive: true})
    })

    it('is available, known by its certificate', async () => {
      await kubectl(khw, cluster, 'wait', '--for=condition=Available', '--timeout=28s', `apiservice/${API}`)
    })

    it('is reached through every controller', async () => {
      const path = `/apis/${GROUP}/v1alpha1/namespaces/${NAMESPACE}/flunders`
      await post(path, {
        apiVersion: `${GROUP}/v1alpha1`,
        kind: 'Flunder',
        metadata: {name: 'one', namespace: NAMESPACE},
      })
      for (const controller of controllers) {
        const context = `${cluster}-${controller}`
        const list = await kubectl(khw, cluster, '--context', context, '-n', NAMESPACE, 'get', 'flunders', '-o', 'name')
        expect(list.trim(), controller).to.equal(`flunder.${GROUP}/one`)
      }
    })

    it('learns who is calling, by the front proxy', async () => {
      const asAlice = ['--as=alice', '--as-group=devs', '-n', NAMESPACE, 'get', 'flunders', '-o', 'name']
      expect(await kubectl(khw, cluster, ...asAlice)).to.include('/one')
      const log = await kubectl(khw, cluster, '-n', NAMESPACE, 'logs', SERVICE.name, '-c', 'apiserver')
      const seen = auditOf(log).filter(({objectRef}) => objectRef?.resource === 'flunders')
      const created = seen.find(({verb}) => verb === 'create')
      expect(created?.user.username).to.equal('khw-admin')
      expect(created?.user.groups).to.include.members(['khw:cluster-admins', 'system:authenticated'])
      const alice = seen.find(({user}) => user.username === 'alice')
      expect(alice?.user.groups).to.include.members(['devs', 'system:authenticated'])
    })

    it('is closed to who has no rights', async () => {
      const {code, stderr} = await kubectlOutcome(khw, cluster, '--as=bob', '-n', NAMESPACE, 'get', 'flunders')
      expect(code).not.to.equal(0)
      expect(stderr).to.match(/User "bob" cannot list resource "flunders"/)
    })

    it('asks the API servers who calls it directly, and whether that one may; it believes nobody else', async () => {
      const {status} = (await withApi(api =>
        api.get<PodObject>(`/api/v1/namespaces/${NAMESPACE}/pods/${SERVICE.name}`),
      )) ?? {status: undefined}
      const url = `https://${status?.podIP ?? ''}:${PORT}/apis/${GROUP}/v1alpha1/namespaces/${NAMESPACE}/flunders`
      const curl = (...headers: readonly string[]): Promise<string> => {
        const words = headers.map(header => `-H '${header}'`).join(' ')
        return onNode(khw, cluster, controllers[0] ?? '', `curl -sk --max-time 20 -w ' %{http_code}' ${words} ${url}`)
      }
      const bearer = async (name: string): Promise<string> => `Authorization: Bearer ${await tokenOf(name)}`
      expect(await curl(await bearer('reader'))).to.match(/"name": ?"one".* 200$/s)
      const stranger = await curl(await bearer('stranger'))
      expect(stranger).to.match(/ 403$/)
      expect(stranger).to.include(`User \\"system:serviceaccount:${NAMESPACE}:stranger\\" cannot list resource`)
      // What only a holder of the front proxy's certificate may say.
      const forged = await curl('X-Remote-User: khw-admin', 'X-Remote-Group: system:masters')
      expect(forged).to.match(/ 40[13]$/)
      expect(forged).not.to.include('khw-admin')
    })
  })
}

interface AuditEvent {
  readonly verb: string
  readonly user: {readonly username: string; readonly groups?: readonly string[]}
  readonly objectRef?: {readonly resource?: string}
}

function auditOf(log: string): readonly AuditEvent[] {
  const lines = log.split('\n').filter(line => line.startsWith('{"kind":"Event","apiVersion":"audit.k8s.io/'))
  return lines.map(line => JSON.parse(line) as AuditEvent)
}
