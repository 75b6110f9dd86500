import {expect} from 'chai'
import {NODE_CHECKS} from '../../src/benchmark/checks/node-checks.js'
import {flagOf} from '../../src/benchmark/facts.js'
import {modeAtMost, ownedBy, treeMode, treeOwner} from '../../src/benchmark/file-tests.js'
import {atLeast, flag, has, is, isSet, isUnset, lacks, only, orUnset, setting} from '../../src/benchmark/tests.js'
import {factsWith} from './facts-with.js'

function api(...argv: readonly string[]) {
  return factsWith({programs: {'kube-apiserver': argv}})
}

function check(id: string) {
  const found = NODE_CHECKS.find(each => each.id === id)
  if (found?.test === undefined) throw new RangeError(`no test ${id}`)
  return found.test
}

describe('flags', () => {
  it('are read as the programs read them', () => {
    expect(flagOf(['--a=1', '--a=2'], 'a')).to.equal('2')
    expect(flagOf(['--a', '1', '--b'], 'a')).to.equal('1')
    expect(flagOf(['--a', '1', '--b'], 'b')).to.equal('true')
    expect(flagOf(['--aa=1'], 'a')).to.equal(undefined)
    expect(flagOf(['--peer-cert-file=x'], 'cert-file')).to.equal(undefined)
  })

  it('are compared whole', () => {
    const wishes: readonly (readonly [string | undefined, Parameters<typeof flag>[2], boolean])[] = [
      ['false', is('false'), true],
      ['False', is('false'), true],
      ['true', is('false'), false],
      [undefined, is('false'), false],
      [undefined, isUnset, true],
      ['', isSet, false],
      ['x', isSet, true],
      ['Node,RBAC', has('RBAC'), true],
      ['NodeX,RBAC', has('Node'), false],
      ['NodeX', lacks('Node'), true],
      [undefined, lacks('Node'), true],
      ['30', atLeast(30), true],
      ['29', atLeast(30), false],
      ['many', atLeast(30), false],
      [undefined, orUnset(is('true')), true],
      ['a,b', only(['a', 'b', 'c']), true],
      ['a,d', only(['a', 'b', 'c']), false],
      [undefined, only(['a']), false],
    ]
    for (const [value, wish, ok] of wishes) expect(wish.met(value), `${value ?? 'unset'}: ${wish.wants}`).to.equal(ok)
  })

  it('of a program that does not run pass nothing, not even what must be unset', () => {
    expect(flag('kube-apiserver', 'token-auth-file', isUnset)(factsWith({}))).to.deep.equal({
      ok: false,
      found: 'kube-apiserver does not run',
      remedy: {mend: ['systemctl start kube-apiserver']},
    })
  })

  it('are told as found, with what is wanted', () => {
    expect(flag('kube-apiserver', 'profiling', is('false'))(api('--profiling=true')).found).to.equal(
      '--profiling=true; wanted: false',
    )
    expect(flag('kube-apiserver', 'profiling', is('false'))(api()).found).to.equal(
      '--profiling is not set; wanted: false',
    )
  })
})

describe('settings', () => {
  const text = 'readOnlyPort: 0\nauthentication: {anonymous: {enabled: false}}\ntlsCipherSuites: [a, b]\n'
  const at = (...more: readonly string[]) =>
    factsWith({role: 'worker', programs: {kubelet: ['--config=/c', ...more]}, texts: {'/c': text}})

  it('are read from the file, unless a flag overrides it', () => {
    const anonymous = setting('kubelet', 'anonymous-auth', 'authentication.anonymous.enabled', is('false'))
    expect(anonymous(at()).ok).to.equal(true)
    expect(anonymous(at('--anonymous-auth=true')).ok).to.equal(false)
    expect(setting('kubelet', 'read-only-port', 'readOnlyPort', is('0'))(at()).ok).to.equal(true)
    expect(setting('kubelet', 'tls-cipher-suites', 'tlsCipherSuites', only(['a', 'b']))(at()).ok).to.equal(true)
    expect(setting('kubelet', 'seccomp-default', 'seccompDefault', isSet)(at()).ok).to.equal(false)
  })
})

describe('files', () => {
  const facts = factsWith({
    files: {
      '/a': '600 root:root',
      '/b': '640 root:adm',
      '/pki': '755 root:root',
      '/pki/x.key': '600 root:root',
      '/pki/deep/y.key': '604 etcd:etcd',
      '/pkix/z.key': '777 nobody:nobody',
    },
  })

  it('may have fewer rights than allowed, not others', () => {
    expect(modeAtMost(0o644, '/a')(facts).ok).to.equal(true)
    expect(modeAtMost(0o600, '/b')(facts)).to.include({ok: false, found: '/b 640'})
    expect(ownedBy('root:root', '/b')(facts)).to.include({ok: false, found: '/b root:adm'})
  })

  it('must be there, but for further ones', () => {
    expect(modeAtMost(0o600, '/missing')(facts)).to.include({ok: false, found: '/missing does not exist'})
    expect(modeAtMost(0o600, '/a', '/missing')(facts).ok).to.equal(true)
    expect(modeAtMost(0o600, '/a', '/b')(facts).ok).to.equal(false)
  })

  it('of a directory are all looked at, and none of its namesake', () => {
    expect(treeMode('/pki', '.key', 0o600)(facts)).to.include({ok: false, found: '/pki/deep/y.key 604'})
    expect(treeOwner('/pki', 'root:root')(facts)).to.include({ok: false, found: '/pki/deep/y.key etcd:etcd'})
    expect(treeMode('/nowhere', '.key', 0o600)(facts).ok).to.equal(false)
  })
})

describe('single checks', () => {
  it('1.2.1: a file that lets in whoever asks for health does not pass, and says so', () => {
    const text = 'anonymous: {enabled: true, conditions: [{path: /livez}, {path: /readyz}]}'
    const facts = factsWith({programs: {'kube-apiserver': ['--authentication-config=/f']}, texts: {'/f': text}})
    expect(check('1.2.1')(facts)).to.deep.equal({ok: false, found: 'let in, but only to /livez, /readyz'})
    expect(check('1.2.1')(api('--anonymous-auth=false')).ok).to.equal(true)
  })

  it('1.2.28: what writes counts, not what can still be read', () => {
    const facts = (text: string) =>
      factsWith({programs: {'kube-apiserver': ['--encryption-provider-config=/e']}, texts: {'/e': text}})
    const resources = (providers: string) => `resources: [{resources: [secrets], providers: ${providers}}]`
    expect(check('1.2.28')(facts(resources('[{secretbox: {}}, {identity: {}}]'))).ok).to.equal(true)
    expect(check('1.2.28')(facts(resources('[{identity: {}}, {secretbox: {}}]')))).to.deep.equal({
      ok: false,
      found: 'secrets by identity',
    })
    expect(check('1.2.28')(facts('- : nonsense: [')).ok).to.equal(false)
  })

  it('4.1.7: the authority is where the kubelet looks for it', () => {
    const text = 'authentication: {x509: {clientCAFile: /own/ca.crt}}'
    const facts = factsWith({
      role: 'worker',
      programs: {kubelet: ['--config=/c']},
      texts: {'/c': text},
      files: {'/own/ca.crt': '666 root:root'},
    })
    expect(check('4.1.7')(facts)).to.include({ok: false, found: '/own/ca.crt 666'})
  })
})
