import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {request} from 'node:https'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect} from 'chai'
import type {ClusterReport} from '../../../src/cluster/report.js'
import {operatorCredentials} from '../../../src/pki/operator-credentials.js'
import {livePublicIps} from '../../../src/steps/compute/node-instance.js'
import {apiEndpoints} from '../../../src/steps/operator/operator-api.js'
import {withCluster} from '../../../src/steps/session/open-cluster.js'
import type {CrashPoint} from '../crash-points.js'
import {ExposedTexts} from '../exposed-texts.js'
import type {Khw} from '../khw.js'
import {kubectl} from '../kubectl.js'
import {secretsBelow, shownIn, type Secret} from '../secret-forms.js'
import {underProbe} from './api-ways.js'
import {clusterOf} from './rendered-addon.js'

/** Once everything is ready for the old keys to go. */
const LAST_KILL = {id: 'keys/journal/keys/tokens/done/after', step: 'keys/tokens'}

const WORD = 'written-before-the-rotation'

/**
 * One way of a new key from controller to controller, while the API is asked: khw is killed on it, goes on, and is killed
 * again where the next way would begin. Each takes as long as three API servers need to end gracefully.
 */
export function keyWayTests(khw: Khw, cluster: string): void {
  describe('its encryption key', () => {
    it('is made known to every controller, through a kill, and no request is lost', async () => {
      await kubectl(khw, cluster, 'create', 'secret', 'generic', 'kept', `--from-literal=word=${WORD}`)
      const rotate = ['keys', 'rotate', cluster, '--encryption']
      await underProbe(khw, cluster, async () => {
        await khw.killAt(inTheMiddle('controller-2'), {}, ...rotate)
        await khw.killAt({id: 'keys/journal/renew/load-balancer/controller-3/done/after', step: ''}, {}, ...rotate)
      })
      const names = 'sudo grep -h name: /etc/kubernetes/encryption-config.yaml'
      for (const node of ['controller-1', 'controller-2', 'controller-3'])
        expect(await khw.succeed('ssh', node, '--name', cluster, '--', names)).to.match(/key-1\n.*key-2\n$/)
      expect(await wordOf(khw, cluster)).to.equal(WORD)
    })
  })
}

/** Its encryption key and its service account key, drawn anew while it is at work; khw is killed twice meanwhile. */
export function keyTests(khw: Khw, cluster: string, controllers: readonly [string, ...string[]]): void {
  const firstKill = inTheMiddle(controllers[1] ?? controllers[0])
  const all = (status: number): readonly number[] => controllers.map(() => status)

  describe('its keys', () => {
    const exposed = new ExposedTexts(khw)
    /** Of all keys that there were. */
    const secrets = new Map<string, Secret>()
    let token = ''

    const noteSecrets = (): void => {
      for (const secret of secretsBelow(join(khw.home, 'clusters', cluster, 'secrets')))
        secrets.set(secret.forms.join('\n'), secret)
    }
    const rotate = ['keys', 'rotate', cluster]
    /** An API server may be starting anew meanwhile, so that not everything is well. */
    const rotating = async (): Promise<ClusterReport['rotating']> =>
      (JSON.parse((await khw.run('status', cluster, '--json')).stdout) as ClusterReport).rotating

    /** How etcd's value of the Secret begins on a controller. */
    const storedAs = async (): Promise<string> => {
      const etcdctl =
        'etcdctl --endpoints=https://127.0.0.1:2379 --cacert=/etc/etcd/pki/ca.crt --cert=/etc/etcd/pki/peer.crt --key=/etc/etcd/pki/peer.key'
      const get = `${etcdctl} get --print-value-only /registry/secrets/default/kept | head -c 27`
      return khw.succeed('ssh', controllers[0], '--name', cluster, '--', `sudo ${get}`)
    }
    /** What each API server says to who shows the token: 401 to whom it does not know, 403 to a pod that asks for too much. */
    const answers = (): Promise<readonly number[]> =>
      withCluster(clusterOf(khw, cluster), async ({context: {spec, inventory, secrets: store}}) => {
        const {ca} = await operatorCredentials(store, 'admin')
        const endpoints = Object.values(apiEndpoints(spec, livePublicIps(spec, inventory)))
        return Promise.all(endpoints.map(endpoint => statusFor(endpoint, ca, token)))
      })

    before(() => {
      exposed.start()
    })
    after(() => {
      exposed.stop()
    })

    it('are made known, when khw is killed, to those controllers that were served', async () => {
      noteSecrets()
      await kubectl(khw, cluster, 'create', 'secret', 'generic', 'kept', `--from-literal=word=${WORD}`)
      token = await mintToken(khw, cluster)
      expect(await storedAs()).to.equal('k8s:enc:secretbox:v1:key-1:')
      expect(await answers()).to.deep.equal(all(403))
      exposed.note(await khw.killAt(firstKill, {env: {DEBUG: '*'}}, ...rotate))
      noteSecrets()
      expect((await rotating())?.map(({key, stage}) => [key, stage])).to.deep.equal([
        ['encryption', 'known'],
        ['service-account', 'known'],
      ])
      expect((await khw.run('certs', 'list', cluster)).stdout).to.match(/Old keys: .*unfinished/)
    })

    it('are in use everywhere, and everything is written anew, before the old ones go', async () => {
      exposed.note(await khw.killAt(LAST_KILL, {env: {DEBUG: '*'}}, ...rotate))
      noteSecrets()
      expect(await storedAs()).to.equal('k8s:enc:secretbox:v1:key-2:')
      expect(await answers(), 'the old token').to.deep.equal(all(403))
    })

    it('are the only ones after the tokens were revoked', async () => {
      exposed.note(await khw.succeedWith({DEBUG: '*'}, ...rotate, '--revoke-tokens'))
      noteSecrets()
      expect(await answers(), 'the old token').to.deep.equal(all(401))
      token = await mintToken(khw, cluster)
      expect(await answers(), 'a new token').to.deep.equal(all(403))
      expect(await rotating()).to.equal(undefined)
      expect(await wordOf(khw, cluster)).to.equal(WORD)
      const names =
        'sudo grep -h name: /etc/kubernetes/encryption-config.yaml; sudo grep -c BEGIN /etc/kubernetes/pki/sa.pub'
      for (const node of controllers)
        expect(await khw.succeed('ssh', node, '--name', cluster, '--', names)).to.match(/^ *- name: key-2\n1\n$/)
    })

    it('were shown nowhere, the old ones and the new ones', async () => {
      exposed.stop()
      const texts = await exposed.all(controllers)
      expect(texts.get('argument lists')).to.include('run.js keys rotate')
      const known = [...secrets.values()]
      const files = known.map(({file}) => file)
      for (const file of ['encryption.key', 'pki/service-account.key'])
        expect(files.filter(each => each === file).length, file).to.be.at.least(3)
      const shown = [...texts].flatMap(([place, text]) => shownIn(text, known).map(file => `${file} in ${place}`))
      expect(shown.join('\n')).to.equal('')
    })
  })
}

/** When a controller has been given the new keys, and nobody knows yet how that went. */
function inTheMiddle(node: string): CrashPoint {
  const step = `node/configure/${node}`
  return {id: `keys/ssh/${step}/apply/after`, step}
}

async function wordOf(khw: Khw, cluster: string): Promise<string> {
  const word = await kubectl(khw, cluster, 'get', 'secret', 'kept', '--output=jsonpath={.data.word}')
  return Buffer.from(word, 'base64').toString('utf8')
}

/** Of the service account `default` in the namespace `default`, which may do nothing. */
async function mintToken(khw: Khw, cluster: string): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'khw-token-'))
  const file = join(directory, 'request.json')
  writeFileSync(file, JSON.stringify({apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {}}))
  try {
    const path = '/api/v1/namespaces/default/serviceaccounts/default/token'
    const answer = await kubectl(khw, cluster, 'create', '--raw', path, '--filename', file)
    return (JSON.parse(answer) as {status: {token: string}}).status.token
  } finally {
    rmSync(directory, {recursive: true})
  }
}

function statusFor(endpoint: string, ca: string, token: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const url = new URL('/api/v1/namespaces/default/pods', endpoint)
    const call = request(url, {agent: false, ca, headers: {authorization: `Bearer ${token}`}}, response => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    call.once('error', reject).end()
  })
}
