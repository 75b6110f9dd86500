import {setTimeout as sleep} from 'node:timers/promises'
import {expect} from 'chai'
import {required} from '../../../src/aws/required.js'
import {controllersOf} from '../../../src/cluster/addressing.js'
import {KubernetesApiError} from '../../../src/kubernetes/api-error.js'
import type {KubernetesObject} from '../../../src/kubernetes/objects.js'
import {advanceRing, ensureRing, readRing} from '../../../src/pki/key-ring.js'
import {keyIdOf} from '../../../src/pki/keys.js'
import {KEY_KINDS, keyNames} from '../../../src/pki/rotated-keys.js'
import type {Addresses} from '../../../src/steps/compute/addresses.js'
import type {StepContext} from '../../../src/steps/engine/context.js'
import {rewritten} from '../../../src/steps/keys/rewritten.js'
import {tokens} from '../../../src/steps/keys/tokens.js'
import type {Configure} from '../../../src/steps/node/configure.js'
import {MemorySecretStore} from '../../pki/fixtures.js'
import {sampleCluster} from '../../templates/sample-cluster.js'
import {sampleSpec} from '../sample-spec.js'

const NOW = Date.parse('2026-11-01T08:00:00Z')
const spec = sampleSpec({controllers: 1, workers: 1})

async function inUse(): Promise<MemorySecretStore> {
  const secrets = new MemorySecretStore()
  for (const kind of Object.values(KEY_KINDS)) {
    await ensureRing(secrets, kind)
    for (let i = 0; i < 2; i++) await advanceRing(secrets, kind, 'key-1')
  }
  return secrets
}

async function contextOf(
  secrets: MemorySecretStore,
  api: object,
  exec: (command: string) => string = () => '',
): Promise<StepContext> {
  return {
    spec,
    secrets,
    keys: await keyNames(secrets),
    artifacts: sampleCluster('1.36').artifacts,
    kubernetes: () => Promise.resolve(api),
    nodes: {to: () => Promise.resolve({exec: (command: string) => Promise.resolve(exec(command))})},
    clock: {now: () => NOW},
    signal: new AbortController().signal,
    progress: () => undefined,
  } as unknown as StepContext
}

describe('what was encrypted with the old key', () => {
  const step = rewritten(
    required(controllersOf(spec)[0], 'controller-1'),
    {addresses: {} as Addresses, configured: {} as Configure},
    [],
  )
  const needs = {addresses: {publicIps: {}}, configured: {files: 1, host: '198.18.0.4'}}

  it('is written anew by patches that change nothing, until etcd holds none of it; what is gone is done', async () => {
    const old = new Set([
      '/registry/secrets/default/db',
      '/registry/configmaps/kube-system/coredns',
      '/registry/secrets/a/gone',
    ])
    const patched: string[] = []
    let conflicts = 1
    const api = {
      patch: (path: string, change: object) => {
        expect(change).to.deep.equal({})
        if (path.endsWith('/db') && conflicts-- > 0) throw new Error('the line was lost')
        patched.push(path)
        const [, , , , namespace = '', resource = '', name = ''] = path.split('/')
        old.delete(`/registry/${resource}/${namespace}/${name}`)
        return Promise.resolve(name === 'gone' ? undefined : {})
      },
    }
    const exec = (command: string): string => {
      expect(command).to.include('k8s:enc:secretbox:v1:key-2:')
      return [...old].map(key => `${key}\n`).join('')
    }
    const {objects} = await step.create(await contextOf(await inUse(), api, exec), needs)
    expect(old.size).to.equal(0)
    expect(objects).to.equal(3)
    expect(patched.sort()).to.deep.equal([
      '/api/v1/namespaces/a/secrets/gone',
      '/api/v1/namespaces/default/secrets/db',
      '/api/v1/namespaces/kube-system/configmaps/coredns',
    ])
  })

  const left = Array.from({length: 20}, (_, i) => `/registry/secrets/default/s-${i}`)
  const answering = (status: number): KubernetesApiError =>
    new KubernetesApiError({method: 'PATCH', path: '/'}, 'https://198.18.0.4:6443', {status, headers: {}, body: ''})

  it('is not tried again where it was refused, and nothing is at work any more once that is told', async () => {
    let calls = 0
    const api = {
      patch: async () => {
        if (++calls === 3) throw answering(403)
        await sleep(5)
        return {}
      },
    }
    const error: unknown = await step
      .create(await contextOf(await inUse(), api, () => left.join('\n')), needs)
      .catch((reason: unknown) => reason)
    expect(error).to.be.instanceOf(KubernetesApiError)
    const before = calls
    expect(before).to.be.at.most(8)
    await sleep(30)
    expect(calls).to.equal(before)
  })

  it('is tried again where an API server has too much to do', async () => {
    const old = new Set(left)
    let refused = 0
    const api = {
      patch: (path: string) => {
        if (refused < 5) {
          refused += 1
          return Promise.reject(answering(429))
        }
        old.delete(`/registry/secrets/default/${path.split('/').at(-1) ?? ''}`)
        return Promise.resolve({})
      },
    }
    const {objects} = await step.create(await contextOf(await inUse(), api, () => [...old].join('\n')), needs)
    expect({objects, left: old.size}).to.deep.equal({objects: 20, left: 0})
  })
})

describe('tokens in Secrets', () => {
  const step = tokens({addresses: {} as Addresses}, [])
  const needs = {addresses: {publicIps: {}}}

  const token = (keyId: string): string =>
    Buffer.from(`${Buffer.from(JSON.stringify({alg: 'ES256', kid: keyId})).toString('base64url')}.e30.sig`).toString(
      'base64',
    )
  const secret = (name: string, value: string | undefined): KubernetesObject => ({
    ...{apiVersion: 'v1', kind: 'Secret', metadata: {name, namespace: 'ci'}},
    ...(value !== undefined && {data: {token: value}}),
  })

  it('are signed anew, and pods are given the time that their tokens last', async () => {
    const secrets = await inUse()
    const ring = await readRing(secrets, KEY_KINDS['service-account'])
    const [current = '', former = ''] = ring.map(({text}) => keyIdOf(text))
    const held = new Map<string, string | undefined>([
      ['old', token(former)],
      ['new', token(current)],
      ['fresh', undefined],
    ])
    const cleared: string[] = []
    const projected = (expirationSeconds: number) => ({
      spec: {volumes: [{}, {projected: {sources: [{serviceAccountToken: {expirationSeconds}}]}}]},
    })
    const api = {
      list: (path: string) => {
        expect(decodeURIComponent(path)).to.include('fieldSelector=type=kubernetes.io/service-account-token')
        const found = [...held].map(([name, value]) => secret(name, value))
        // The controller manager is behind by one look.
        for (const [name, value] of held) if (value === undefined) held.set(name, token(current))
        return Promise.resolve(found)
      },
      patch: (path: string, change: object) => {
        expect(change).to.deep.equal({data: {token: null}})
        cleared.push(path)
        held.set(path.split('/').at(-1) ?? '', undefined)
        return Promise.resolve({})
      },
      pods: () => Promise.resolve([{}, projected(600), projected(7200)]),
    }
    const {minted, until} = await step.create(await contextOf(secrets, api), needs)
    expect(minted).to.equal(1)
    expect(cleared).to.deep.equal(['/api/v1/namespaces/ci/secrets/old'])
    expect([...held.values()]).to.deep.equal([token(current), token(current), token(current)])
    expect((Date.parse(until) - NOW) / 60_000, 'two hours, and clocks that differ').to.equal(125)
  })

  it('leave pods an hour where none asks for more', async () => {
    const api = {list: () => Promise.resolve([]), pods: () => Promise.resolve([])}
    const {until} = await step.create(await contextOf(await inUse(), api), needs)
    expect(Math.floor((Date.parse(until) - NOW) / 60_000)).to.equal(65)
  })
})
