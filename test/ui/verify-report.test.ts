import {expect} from 'chai'
import {verdictOf} from '../../src/benchmark/check.js'
import {NODE_CHECKS} from '../../src/benchmark/checks/node-checks.js'
import {totalsOf, withOthers, type AreaReport, type VerifyReport} from '../../src/steps/verify/verify-report.js'
import {styleFor} from '../../src/ui/style.js'
import {verifyReport} from '../../src/ui/verify-report.js'
import {factsWith} from '../benchmark/facts-with.js'

const AT = '2026-11-26T06:43:40.886Z'

const options = {
  style: styleFor({isTTY: false}, {}),
  columns: 80,
  all: false,
  file: '/root/.local/share/khw/clusters/lab/verify.json',
}

function report(areas: readonly AreaReport[]): VerifyReport {
  const totals = totalsOf(areas)
  return {
    name: 'lab',
    id: '1',
    provider: 'aws',
    kubernetes: '1.36.2',
    at: AT,
    seconds: 3.4,
    ok: totals.FAIL === 0,
    totals,
    areas,
  }
}

/** The worst day: nothing of what is looked for is there. */
const NOTHING = NODE_CHECKS.map(check =>
  verdictOf(check, [factsWith({}), factsWith({name: 'worker-1', role: 'worker'})]),
)

describe('verifyReport', () => {
  it('fits 80 columns whatever was found, and counts it', () => {
    const text = verifyReport(report([{area: 'security', at: AT, seconds: 3, checks: NOTHING}]), {
      ...options,
      all: true,
    })
    for (const line of text.split('\n')) expect(line.length, line).to.be.at.most(80)
    for (const {id} of NODE_CHECKS)
      expect(text).to.match(new RegExp(`^  (pass|FAIL|warn|n/a ) {2}${id.replaceAll('.', '\\.')} `, 'm'))
    expect(text).to.include(
      'FAIL  1.1.1   Mode of the API server unit\n        the program that uses it does not run\n',
    )
    expect(text).to.match(/✖ lab: 0 passed, \d+ failed, \d+ to be judged, 2 not applicable \(3\.4 s\)\n/)
    expect(text).to.match(/Next:\n {2}khw verify lab --only security$/)
  })

  it('names first what is to be finished, once, and says that the rest may be for that', () => {
    const check = {id: 'kubelet', title: 'Good', state: 'FAIL', found: 'ends', cure: 'khw certs renew lab'} as const
    const areas = [{area: 'certificates' as const, at: AT, seconds: 1, checks: [check]}]
    const commands = ['khw keys rotate lab', 'khw certs renew lab']
    const unfinished = commands.map(command => ({command}))
    const text = verifyReport({...report(areas), unfinished}, options)
    for (const line of text.split('\n')) expect(line.length, line).to.be.at.most(80)
    expect(text.replaceAll('\n  ', ' ')).to.include(
      '! What khw keys rotate lab and khw certs renew lab has begun is unfinished; what is wrong above may be for that.',
    )
    const [, steps = ''] = text.split('Next:\n')
    expect(steps.split('\n').map(line => line.trim())).to.deep.equal([
      ...commands,
      'khw verify lab --only certificates',
    ])
    expect(verifyReport(report(areas), options)).not.to.include('unfinished')
  })

  it('counts what passed where there are many, unless all is wanted', () => {
    const checks = NODE_CHECKS.map(({id, title}) => ({id, title, state: 'PASS' as const, found: 'as it should be'}))
    const areas = [{area: 'security' as const, at: AT, seconds: 1, checks}]
    expect(verifyReport(report(areas), options)).to.include('and 97 checks passed (--all lists them)')
    const all = verifyReport(report(areas), {...options, all: true})
    expect(all).to.include('pass  4.3.1   kube-proxy').and.not.to.include('as it should be')
    expect(all).to.include('✔ lab: 97 passed, 0 failed').and.not.to.include('Next:')
    expect(all).to.include(`all of it: ${options.file}`)
  })

  it('counts what no program can judge, unless all is wanted', () => {
    const checks = NODE_CHECKS.map(({id, title, test}) => ({
      ...{id, title, state: 'WARN' as const, found: 'look there'},
      ...(test === undefined && {untested: true as const}),
    }))
    const areas = [{area: 'security' as const, at: AT, seconds: 1, checks}]
    const text = verifyReport(report(areas), options)
    expect(text).to.include('\n  and 5 checks no program can judge (--all lists them)\n')
    expect(text).to.include('warn  1.1.1 ').and.not.to.include('warn  3.1.1 ')
    expect(text).to.include('0 passed, 0 failed, 97 to be judged')
    expect(verifyReport(report(areas), {...options, all: true})).to.include('warn  3.1.1 ')
  })

  it('says how to put right what failed, once, before it is looked at again', () => {
    const failed = (id: string, cure?: string) => ({
      ...{id, title: 'x', state: 'FAIL' as const, found: 'y'},
      ...(cure !== undefined && {cure}),
    })
    const checks = [failed('a', 'khw create --name lab'), failed('b', 'khw create --name lab'), failed('c')]
    const text = verifyReport(report([{area: 'disks', at: AT, seconds: 1, checks}]), options)
    expect(text).to.match(/Next:\n {2}khw create --name lab\n {2}khw verify lab --only disks$/)
  })

  it('says it below what failed, too, where it is first of use, each command whole in a line of its own', () => {
    const long = `khw ssh controller-1 --name lab -- sudo chmod 600 /etc/kubernetes/pki/${'x'.repeat(40)}.key`
    const failed = (id: string, cure: string) => ({id, title: 'x', state: 'FAIL' as const, found: 'y', cure})
    const checks = [failed('a', `${long} && khw status lab`), failed('b', long)]
    const text = verifyReport(report([{area: 'disks', at: AT, seconds: 1, checks}]), options)
    expect(text).to.include(
      `  FAIL  a  x\n        y\n        ${long}\n        khw status lab\n  FAIL  b  x\n        y\n\n`,
    )
    expect(text).to.include(`Next:\n  ${long}\n  khw verify lab --only disks`)
  })
})

describe('the report that is kept', () => {
  const area = (name: 'smoke' | 'time', state: 'PASS' | 'FAIL', at = AT): AreaReport => ({
    ...{area: name, at, seconds: 1},
    checks: [{id: 'a', title: 'x', state, found: 'y'}],
  })

  it('keeps the areas that were not looked at, and counts them', () => {
    const kept = withOthers(
      report([area('time', 'PASS', 'later')]),
      report([area('smoke', 'FAIL'), area('time', 'FAIL')]),
    )
    expect(kept.areas).to.deep.equal([area('smoke', 'FAIL'), area('time', 'PASS', 'later')])
    expect(kept).to.deep.include({ok: false, totals: {PASS: 1, FAIL: 1, WARN: 0, 'NOT-APPLICABLE': 0}})
  })

  it('is of this cluster alone', () => {
    const now = report([area('time', 'PASS')])
    expect(withOthers(now, {...report([area('smoke', 'FAIL')]), id: '2'})).to.deep.equal(now)
    expect(withOthers(now, undefined)).to.deep.equal(now)
  })
})
