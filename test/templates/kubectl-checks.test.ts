import {spawnSync} from 'node:child_process'
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect} from 'chai'
import {askNodePortCommand, parseUses, usePodCommand} from '../../src/templates/kubectl-checks.js'
import {sampleCluster} from './sample-cluster.js'

/** Stands for kubectl: a pod `web-1` that serves on the port that a python would; here curl is stood for, too. */
const KUBECTL = `#!/bin/sh
case "$*" in
*" logs web-1"*) echo greeting ;;
*" exec web-1 -- hostname"*) echo web-1 ;;
*" exec web-1 -- nslookup "*) echo "Server: 10.32.0.10"; exit "\${DNS:-0}" ;;
*" port-forward pod/web-1 :8080"*) echo 'Forwarding from 127.0.0.1:40001 -> 8080'; sleep 5 ;;
*) echo "unexpected: $*" >&2; exit 1 ;;
esac
`
const CURL = `#!/bin/sh
case "$*" in
*http://127.0.0.1:40001/*) echo web-1 ;;
*http://10.240.0.31:30001/*) echo web-2 ;;
*) echo 'curl: (28) timed out' >&2; exit 28 ;;
esac
`

describe('how a pod is used by kubectl', () => {
  let bin: string
  before(() => {
    bin = mkdtempSync(join(tmpdir(), 'khw-kubectl-'))
    writeFileSync(join(bin, 'kubectl'), KUBECTL, {mode: 0o755})
    writeFileSync(join(bin, 'curl'), CURL, {mode: 0o755})
    writeFileSync(join(bin, 'sleep'), '#!/bin/sh\nexec /bin/sleep 0.02\n', {mode: 0o755})
  })
  after(() => {
    rmSync(bin, {recursive: true})
  })

  function run(command: string, env: NodeJS.ProcessEnv = {}): string {
    const {stdout, stderr} = spawnSync('sh', ['-c', command], {
      encoding: 'utf8',
      env: {...process.env, PATH: `${bin}:${process.env['PATH'] ?? ''}`, ...env},
    })
    expect(stderr).to.equal('')
    return stdout
  }

  function use(name: string, env: NodeJS.ProcessEnv = {}) {
    const {artifacts} = sampleCluster('1.36')
    const kubectl = {...artifacts.artifacts[0], name: 'kubectl', install: {kind: 'binary', path: join(bin, 'kubectl')}}
    const pod = {namespace: 'ns', name, port: 8080, greeting: 'greeting', lookUp: 'kubernetes.default'}
    const set = {...artifacts, artifacts: [...artifacts.artifacts, kubectl as (typeof artifacts.artifacts)[number]]}
    return parseUses(['logs', 'exec', 'port-forward', 'dns'], run(usePodCommand(set, pod), env))
  }

  it('is told check by check', () => {
    expect(use('web-1')).to.deep.equal([
      {name: 'logs', ok: true, detail: 'greeting'},
      {name: 'exec', ok: true, detail: 'web-1'},
      {name: 'port-forward', ok: true, detail: 'web-1'},
      {name: 'dns', ok: true, detail: 'Server: 10.32.0.10'},
    ])
  })

  it('fails one by one, with the words of kubectl', () => {
    expect(use('web-1', {DNS: '1'}).map(({ok}) => ok)).to.deep.equal([true, true, true, false])
    const checks = use('other')
    expect(checks.map(({ok}) => ok)).to.deep.equal([false, false, false, false])
    expect(checks[0]?.detail).to.include('unexpected: --kubeconfig /etc/kubernetes/admin.conf --namespace ns')
  })

  it('asks a node port of each worker', () => {
    const addresses = ['10.240.0.31', '10.240.1.31']
    expect(parseUses(addresses, run(askNodePortCommand(addresses, 30_001)))).to.deep.equal([
      {name: '10.240.0.31', ok: true, detail: 'web-2'},
      {name: '10.240.1.31', ok: false, detail: 'curl: (28) timed out'},
    ])
  })

  it('has failed where nothing is told', () => {
    expect(parseUses(['exec'], 'execx ok yes\n')).to.deep.equal([{name: 'exec', ok: false, detail: 'it did not end'}])
  })
})
