import {expect} from 'chai'
import {PlainProgress} from '../../src/ui/plain-progress.js'
import {done, failed, phases, said, started, stepIds} from './run-events.js'
import {Screen} from './screen.js'

function scene(): {lines: () => string[]; progress: PlainProgress; pass: (seconds: number) => number} {
  let now = 0
  const stream = new Screen(200)
  const progress = new PlainProgress({stream, now: () => now})
  return {lines: () => stream.text.split('\n'), progress, pass: seconds => (now += seconds * 1000)}
}

describe('progress without a terminal', () => {
  it('writes a line when a phase begins and when it ends', () => {
    const {lines, progress, pass} = scene()
    progress.onEvent({type: 'planned', phases: phases()})
    for (const id of stepIds('etcd')) progress.onEvent(started('etcd', id, pass(0)))
    pass(3)
    for (const id of stepIds('etcd')) progress.onEvent(done('etcd', id))
    expect(lines()).to.deep.equal(['0:00 Start etcd', '0:03 Start etcd: done in 3.0 s'])
  })

  it('says which steps failed and why', () => {
    const {lines, progress} = scene()
    progress.onEvent({type: 'planned', phases: phases()})
    const [id = ''] = stepIds('worker')
    progress.onEvent(started('worker', id, 0))
    progress.onEvent(failed('worker', id, 'disk full'))
    expect(lines().at(-1)).to.equal('0:00 Start the workers: failed: Do worker on controller-1: disk full')
  })

  it('says that something goes on no more often than every ten seconds', () => {
    const {lines, progress, pass} = scene()
    progress.onEvent({type: 'planned', phases: phases()})
    const [id = ''] = stepIds('node')
    progress.onEvent(started('node', id, 0))
    for (let second = 1; second <= 25; second++) {
      pass(1)
      progress.onEvent(said('node', id, `kubelet ${second} of 105 MB`))
    }
    expect(lines().slice(1)).to.deep.equal([
      '0:10 Configure the nodes (0/6): Do node on controller-1: kubelet 10 of 105 MB',
      '0:20 Configure the nodes (0/6): Do node on controller-1: kubelet 20 of 105 MB',
    ])
  })

  it('names each download once, with its size', () => {
    const {lines, progress, pass} = scene()
    const etcd = {item: 'etcd', activity: 'downloading', total: 12e6, unit: 'bytes'} as const
    for (let megabyte = 0; megabyte <= 12; megabyte++) {
      pass(1)
      progress.onArtifactProgress({...etcd, done: megabyte * 1e6})
    }
    expect(lines()).to.deep.equal(['0:01 downloading etcd (12 MB)', '0:11 downloading etcd: 10 of 12 MB'])
  })
})
