import {execFileSync} from 'node:child_process'
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect} from 'chai'
import {NODE_CHECKS} from '../../../src/benchmark/checks/node-checks.js'
import type {NodeFacts} from '../../../src/benchmark/facts.js'
import type {State} from '../../../src/benchmark/check.js'
import {parseUnits, unitVerdict} from '../../../src/steps/verify/areas/units.js'
import {benchmarkCure} from '../../../src/steps/verify/cures.js'
import {IDLE_UNITS_COMMAND} from '../../../src/templates/remote-commands.js'
import {factsWith} from '../../benchmark/facts-with.js'
import {sampleSpec} from '../sample-spec.js'

const SUBJECT = {spec: sampleSpec({name: 'lab', controllers: 3, workers: 1})}

function cureOf(id: string, state: State, ...nodes: readonly NodeFacts[]): string | undefined {
  const check = NODE_CHECKS.find(each => each.id === id)
  if (!check) throw new Error(`no check ${id}`)
  return benchmarkCure(check, state, nodes, SUBJECT)
}

describe('what to type about a check of the benchmark', () => {
  const scheduler = '/etc/kubernetes/scheduler.conf'

  it('takes away the rights that a file has too many, on each node that has it so', () => {
    const nodes = [
      factsWith({name: 'controller-1', files: {[scheduler]: '644 root:root'}}),
      factsWith({name: 'controller-2', files: {[scheduler]: '600 root:root'}}),
    ]
    expect(cureOf('1.1.15', 'FAIL', ...nodes)).to.equal(
      `khw ssh controller-1 --name lab -- sudo chmod 600 ${scheduler}`,
    )
    const both = nodes.map(node => ({...node, files: [{...node.files[0], mode: 0o777}]}) as NodeFacts)
    expect(cureOf('1.1.15', 'FAIL', ...both)?.split(' && ')).to.have.length(2)
  })

  it('gives a file back to whose it is', () => {
    const node = factsWith({name: 'controller-1', files: {[scheduler]: '600 etcd:etcd'}})
    expect(cureOf('1.1.16', 'FAIL', node)).to.equal(
      `khw ssh controller-1 --name lab -- sudo chown root:root ${scheduler}`,
    )
  })

  it('names all files below a directory, not only those that are shown', () => {
    const files = Object.fromEntries([1, 2, 3, 4, 5].map(n => [`/etc/kubernetes/pki/${n}.key`, '640 root:root']))
    const cure = cureOf('1.1.21', 'WARN', factsWith({name: 'controller-1', files}))
    expect(cure).to.equal(`khw ssh controller-1 --name lab -- sudo chmod 600 ${Object.keys(files).join(' ')}`)
  })

  it('sends a file again that is gone', () => {
    expect(cureOf('1.1.15', 'FAIL', factsWith({}))).to.equal('khw certs renew lab')
  })

  it('starts a program that does not run', () => {
    for (const id of ['1.4.1', '1.1.5'])
      expect(cureOf(id, 'FAIL', factsWith({})), id).to.equal(
        'khw ssh controller-1 --name lab -- sudo systemctl start kube-scheduler',
      )
  })

  it('shows the flags of one that runs with others, if that has failed', () => {
    const node = factsWith({programs: {'kube-scheduler': ['--profiling=true']}})
    const look = 'khw ssh controller-1 --name lab -- sudo systemctl cat kube-scheduler --no-pager'
    expect(cureOf('1.4.1', 'FAIL', node)).to.equal(look)
    expect(cureOf('1.2.11', 'WARN', factsWith({programs: {'kube-apiserver': []}}))).to.equal(undefined)
  })

  it('is there for whatever can fail', () => {
    for (const check of NODE_CHECKS) {
      const nothing = factsWith({name: `${check.on}-1`, role: check.on})
      const {ok} = check.test?.(nothing) ?? {ok: true}
      if (ok === false && check.beyond?.(nothing.about) === undefined)
        expect(cureOf(check.id, 'FAIL', nothing), check.id).to.be.a('string')
    }
  })
})

describe('the units of nodes', () => {
  it('pass while all run', () => {
    expect(unitVerdict(parseUnits('worker-1', ''), SUBJECT)).to.include({state: 'PASS'})
  })

  it('are to be started where they were stopped, and to be read about where they fail', () => {
    const idle = [...parseUnits('worker-1', 'haproxy failed\n'), ...parseUnits('controller-1', 'etcd inactive\n')]
    expect(unitVerdict(idle, SUBJECT)).to.include({
      state: 'FAIL',
      found: 'controller-1: etcd is inactive; worker-1: haproxy is failed',
      cure:
        'khw ssh controller-1 --name lab -- sudo systemctl start etcd && ' +
        'khw ssh worker-1 --name lab -- sudo journalctl -u haproxy -n 50 --no-pager',
    })
  })

  it('are those that khw made, whatever else is on the node', () => {
    const directory = mkdtempSync(join(tmpdir(), 'khw-units-'))
    try {
      mkdirSync(join(directory, 'units'))
      for (const unit of ['etcd.service', 'kubelet.service', 'readyz.socket'])
        writeFileSync(join(directory, 'units', unit), '')
      const states = 'systemctl() { case $2 in etcd.service) echo inactive; return 3 ;; *) echo active ;; esac; }'
      const script = IDLE_UNITS_COMMAND.replace('/var/lib/khw', directory)
      expect(execFileSync('sh', ['-c', `${states}\n${script}`], {encoding: 'utf8'})).to.equal('etcd inactive\n')
    } finally {
      rmSync(directory, {recursive: true})
    }
  })
})
