import {execFileSync} from 'node:child_process'
import {expect} from 'chai'
import {emptyInventory} from '../../../src/aws/inventory.js'
import {diskVerdicts, parseDisks, type DiskReport} from '../../../src/steps/verify/areas/disks.js'
import {
  SYNCHRONIZATION_COMMAND,
  clockVerdicts,
  parseSynchronization,
  skewOf,
  type ClockReport,
} from '../../../src/steps/verify/areas/time.js'
import {untilAborted} from '../../../src/steps/engine/within.js'
import {verdictOn} from '../../../src/steps/verify/areas/certificates.js'
import {withMachines} from '../../../src/steps/verify/areas/workers.js'
import {parseAreas} from '../../../src/steps/verify/verify-report.js'
import {sampleSpec} from '../sample-spec.js'

const SUBJECT = {spec: sampleSpec({controllers: 1, workers: 1})}

function statesOf(verdicts: readonly {id: string; state: string}[]): Record<string, string> {
  return Object.fromEntries(verdicts.map(({id, state}) => [id, state]))
}

describe('the clocks of nodes', () => {
  const clock = (node: string, ahead: number, changes: Partial<ClockReport> = {}): ClockReport => ({
    ...{node, ahead, within: 0.05, container: false, synchronized: true, services: ['chrony']},
    ...changes,
  })

  it('are read with how long that took', () => {
    expect(skewOf('worker-1', 103.5, 100, 102)).to.deep.equal({node: 'worker-1', ahead: 2.5, within: 1})
    expect(statesOf(clockVerdicts([clock('a', Number.NaN)], SUBJECT))).to.include({
      clock: 'FAIL',
      'clocks-apart': 'FAIL',
    })
  })

  it('are known to be set, or to be those of a host', () => {
    const state = (text: string) => parseSynchronization(text)
    expect(state('none yes chrony\n')).to.deep.equal({container: false, synchronized: true, services: ['chrony']})
    expect(state('systemd-nspawn no\n')).to.deep.equal({container: true, synchronized: false, services: []})
    const here = execFileSync('sh', ['-c', SYNCHRONIZATION_COMMAND], {encoding: 'utf8'})
    expect(here).to.match(/^[\w-]+ (yes|no)( [\w-]+)*\n$/)
  })

  it('fail beyond a second, as far as that is certain', () => {
    const all = (...clocks: ClockReport[]) => statesOf(clockVerdicts(clocks, SUBJECT))
    expect(all(clock('a', 0.5), clock('b', -0.4))).to.deep.equal({clock: 'PASS', 'clocks-apart': 'PASS', ntp: 'PASS'})
    expect(all(clock('a', 0.7), clock('b', -0.7))).to.include({clock: 'PASS', 'clocks-apart': 'FAIL'})
    expect(all(clock('a', 0), clock('b', -1.2))).to.include({clock: 'FAIL', 'clocks-apart': 'FAIL'})
    expect(all(clock('a', 0), clock('b', -1.2, {within: 0.5}))).to.include({clock: 'PASS', 'clocks-apart': 'PASS'})
    expect(clockVerdicts([clock('a', 0), clock('b', -1.2)], SUBJECT)[0]?.found).to.equal('b -1.20 s (±0.05)')
  })

  it('must be set by the network, but for those that are of a host', () => {
    const ntp = (...clocks: ClockReport[]) => clockVerdicts(clocks, SUBJECT).find(({id}) => id === 'ntp')
    expect(ntp(clock('a', 0), clock('b', 0, {synchronized: false}))).to.include({
      state: 'FAIL',
      found: 'b: chrony, not synchronized',
    })
    expect(ntp(clock('a', 0, {services: []}))).to.include({
      state: 'FAIL',
      cure: 'khw ssh a --name sample -- sudo timedatectl set-ntp true',
    })
    expect(ntp(clock('a', 0, {container: true, services: [], synchronized: false}))?.state).to.equal('NOT-APPLICABLE')
  })
})

describe('the disks of nodes', () => {
  const report = (text: string): DiskReport => parseDisks('controller-1', text)

  it('fail when they are full, by space or by inodes, and say which', () => {
    const full = diskVerdicts([report('disk / 84 10\ndisk /var 85 99\netcd 1000 2000000 \n')], SUBJECT)
    expect(statesOf(full)).to.deep.equal({space: 'FAIL', inodes: 'FAIL', 'etcd-size': 'PASS', 'etcd-alarms': 'PASS'})
    expect(full[0]).to.include({
      found: 'controller-1 /var 85 %',
      cure: 'khw ssh controller-1 --name sample -- sudo du -xhd 2 /var',
    })
    expect(statesOf(diskVerdicts([report('disk / 84 -\n')], SUBJECT))).to.deep.equal({space: 'PASS', inodes: 'PASS'})
  })

  it('fail when etcd is near its quota or alarmed', () => {
    const verdicts = diskVerdicts([report('disk / 1 1\netcd 1800000 2000000 memberID:1 alarm:NOSPACE \n')], SUBJECT)
    expect(statesOf(verdicts)).to.include({'etcd-size': 'FAIL', 'etcd-alarms': 'FAIL'})
    expect(verdicts.map(({found}) => found)).to.include('controller-1: memberID:1 alarm:NOSPACE')
  })

  it('fail when what was said cannot be understood', () => {
    expect(statesOf(diskVerdicts([report('disk / ? ?\n')], SUBJECT))).to.include({space: 'FAIL', inodes: 'FAIL'})
  })
})

describe('what has its time', () => {
  it('ends when that is over, whether it hears of it or not', async () => {
    const time = new AbortController()
    const never = untilAborted(time.signal, () => new Promise<never>(() => undefined))
    time.abort(new Error('No answer within 1 s.'))
    expect(await never.catch((error: unknown) => (error as Error).message)).to.equal('No answer within 1 s.')
    expect(await untilAborted(new AbortController().signal, () => Promise.resolve(1))).to.equal(1)
  })
})

describe('the areas to look at', () => {
  it('are those that there are', () => {
    expect(parseAreas(['time', 'disks'])).to.deep.equal(['time', 'disks'])
    expect(() => parseAreas(['time', 'space'])).to.throw(/no area "space" to verify; there is: smoke, security/)
  })
})

describe('workers', () => {
  const context = (state?: 'running' | 'stopped') => {
    const tags = [{Key: 'khw:step', Value: 'compute/instance/worker-1'}]
    const instances = state === undefined ? [] : [{InstanceId: 'i-1', State: {Name: state}, Tags: tags}]
    return {spec: sampleSpec({controllers: 1, workers: 1}), inventory: {...emptyInventory(), instances}}
  }
  const ready = {name: 'workers', ok: true, detail: '1 of 1 workers are Ready'}

  it('are not ready without their machine, whatever the API says of them still', () => {
    expect(withMachines(ready, context('running'))).to.deep.equal(ready)
    expect(withMachines(ready, context('stopped'))).to.include({ok: false, detail: 'worker-1: its machine is stopped'})
    expect(withMachines({...ready, ok: false, detail: 'no'}, context())).to.include({
      ok: false,
      detail: 'worker-1: its machine is missing; no',
    })
  })
})

describe('a certificate', () => {
  const on = (node: string, from: 'node' | 'khw', daysLeft = 20) => ({
    ...{name: 'kubelet-client', node, issuer: 'kubernetes-ca', from, daysLeft, fingerprint: node},
    notAfter: '2026-12-26T00:00:00.000Z',
  })

  it('does not pass on a node where it could not be read', () => {
    expect(verdictOn('kubelet-client', [on('worker-1', 'node')], 'khw certs renew lab')).to.include({state: 'PASS'})
    expect(verdictOn('kubelet-client', [on('worker-1', 'node'), on('worker-2', 'khw')], '')).to.include({
      state: 'WARN',
      found: 'not read on worker-2; as khw made it: good until 2026-12-26 (20 days), by kubernetes-ca',
    })
    expect(verdictOn('kubelet-client', [on('worker-2', 'khw', 1)], 'khw x')).to.include({state: 'FAIL', cure: 'khw x'})
  })
})
