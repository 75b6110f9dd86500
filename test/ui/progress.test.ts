import {expect} from 'chai'
import {KhwError} from '../../src/errors.js'
import {createProgress, type Progress} from '../../src/ui/progress.js'
import {done, failed, phases, said, started, stepIds} from './run-events.js'
import {Screen, streamOf} from './screen.js'

const HINT = 'Ctrl-C stops'

interface Scene {
  readonly screen: Screen
  readonly beside: Screen
  readonly progress: Progress
  /** Moves the clock. */
  readonly pass: (seconds: number) => number
}

function scene(columns = 80, rows = 24): Scene {
  let now = 1_800_000_000_000
  const screen = new Screen(columns, rows)
  const beside = new Screen(columns, rows)
  const progress = createProgress({
    stream: streamOf(screen),
    beside: streamOf(beside),
    hint: HINT,
    now: () => now,
    env: {TERM: 'xterm'},
  })
  return {screen, beside, progress, pass: seconds => (now += seconds * 1000)}
}

function runPhase({progress, pass}: Scene, phase: string, outcome: 'created' | 'kept' = 'created'): void {
  for (const id of stepIds(phase)) progress.onEvent(started(phase, id, pass(0)))
  pass(2)
  for (const id of stepIds(phase)) progress.onEvent(done(phase, id, outcome))
}

describe('progress on a terminal', () => {
  it('shows one line a phase, with counts while it runs and times when it is done', async () => {
    const s = scene()
    s.progress.onEvent({type: 'planned', phases: phases()})
    runPhase(s, 'network', 'kept')
    runPhase(s, 'access')
    const [first = ''] = stepIds('compute')
    s.progress.onEvent(started('compute', first, s.pass(0)))
    s.progress.onEvent(said('compute', first, 'waiting for an address'))
    await s.screen.until('Do compute on controller-1: waiting for an address')
    expect(s.screen.text).to.match(/✔ Create the network +already done\n✔ Make keys and certificates +2\.0 s\n/)
    expect(s.screen.text).to.match(/Launch the machines \(0\/6\) +0\.0 s\n/)
    expect(s.screen.text).to.match(/· Start etcd\n/)
    expect(s.screen.text).to.include(`0:04  ${HINT}`)
    await s.progress.finish()
  })

  it('never needs more rows than the terminal has, however much goes on', async () => {
    for (const rows of [24, 16, 12]) {
      const s = scene(80, rows)
      s.progress.onEvent({type: 'planned', phases: phases()})
      for (const {id: phase} of phases()) {
        for (const id of stepIds(phase)) {
          s.progress.onEvent(started(phase, id, s.pass(0)))
          s.progress.onEvent(said(phase, id, `a long story ${'and so on '.repeat(20)}`))
        }
      }
      s.pass(5)
      await s.screen.until('5.0 s')
      expect(s.screen.text.split('\n').length, `${rows} rows`).to.be.below(rows)
      await s.progress.finish()
      expect(s.screen.outOfSight, `${rows} rows`).to.equal(0)
    }
  })

  it('leaves the finished phases on the screen, the clock off it and the cursor on', async () => {
    const s = scene()
    s.progress.onEvent({type: 'planned', phases: phases()})
    for (const {id} of phases()) runPhase(s, id)
    await s.progress.finish()
    const lines = s.screen.text.split('\n')
    expect(lines).to.have.length(phases().length)
    for (const line of lines) expect(line).to.match(/^✔ .* 2\.0 s$/)
    expect(s.screen.cursorHidden).to.equal(false)
  })

  it('marks what failed, what was stopped and what never began', async () => {
    const s = scene()
    s.progress.onEvent({type: 'planned', phases: phases()})
    runPhase(s, 'network')
    const [broken = '', ...others] = stepIds('etcd')
    const [halfway = ''] = stepIds('compute')
    s.progress.onEvent(started('compute', halfway, s.pass(0)))
    s.progress.onEvent(done('compute', halfway))
    for (const id of [broken, ...others]) s.progress.onEvent(started('etcd', id, s.pass(0)))
    s.progress.onEvent(failed('etcd', broken, 'no quorum\nsecond line'))
    for (const id of others) s.progress.onEvent(done('etcd', id))
    await s.progress.finish()
    expect(s.screen.text).to.match(/✖ Start etcd \(5\/6\) +0\.0 s, failed\n {2}› Do etcd on controller-1: no quorum\n/)
    expect(s.screen.text).to.match(/◼ Launch the machines \(1\/6\) +0\.0 s, stopped\n/)
    expect(s.screen.text).to.match(/· Verify the cluster$/)
    expect(s.screen.text).not.to.include('second line')
  })

  it('does not call a step failed that was told to stop', async () => {
    const s = scene()
    s.progress.onEvent({type: 'planned', phases: phases()})
    const [id = ''] = stepIds('verify')
    s.progress.onEvent(started('verify', id, s.pass(0)))
    const error = new KhwError('INTERRUPTED', 'Interrupted.', ['khw create'], {exit: 130})
    s.progress.onEvent({type: 'step-failed', id, phase: 'verify', error, seconds: 1})
    await s.progress.finish()
    expect(s.screen.text).to.match(/◼ Verify the cluster \(0\/6\) +0\.0 s, stopped$/)
  })

  it('says that it is stopping until it has', async () => {
    const s = scene()
    s.progress.onEvent({type: 'planned', phases: phases()})
    await s.screen.until(HINT)
    s.progress.onStopping('Stopping: finishing what is in flight.')
    await s.screen.until('Stopping: finishing what is in flight.')
    expect(s.screen.text).not.to.include(HINT)
    await s.progress.finish()
  })

  it('draws downloads before there is a plan, and gives the terminal back for a question', async () => {
    const s = scene()
    const item = {item: 'kubelet', activity: 'downloading', total: 100e6, unit: 'bytes'} as const
    s.progress.onArtifactProgress({...item, done: 0})
    s.pass(2)
    s.progress.onArtifactProgress({...item, done: 50e6})
    await s.screen.until(text => /kubelet {2}█████░░░░░ {2}50% {2}50 of 100 MB {2}25 MB\/s/.test(text))
    s.progress.onNotice('Upstream cannot be reached')
    await s.progress.pause()
    expect(s.screen.cursorHidden).to.equal(false)
    s.screen.write('May I? yes\n')
    s.progress.onArtifactProgress({...item, done: 100e6})
    s.progress.onEvent({type: 'planned', phases: phases()})
    runPhase(s, 'network')
    await s.progress.finish()
    const order = ['Upstream cannot be reached', 'May I? yes', 'Create the network']
    expect(order.map(text => s.screen.text.indexOf(text))).to.satisfy(
      (places: number[]) => places.every((place, i) => place > (places[i - 1] ?? -1)),
      s.screen.text,
    )
  })

  it('holds back what others write meanwhile, and shows it afterwards', async () => {
    const s = scene()
    s.progress.onEvent({type: 'planned', phases: phases()})
    await s.screen.until('Create the network')
    s.beside.write('a stray line\n')
    expect(s.beside.text).to.equal('')
    await s.progress.finish()
    expect(s.beside.text).to.equal('a stray line')
    expect(s.screen.outOfSight).to.equal(0)
  })

  it('leaves signals alone: Ctrl-C is not for a display to handle', async () => {
    const before = process.listeners('SIGINT')
    const s = scene()
    s.progress.onEvent({type: 'planned', phases: phases()})
    await s.screen.until('Create the network')
    // listr2's own handler would end the process with status 127.
    const added = process.listeners('SIGINT').filter(listener => !before.includes(listener))
    expect(added.map(String).join('\n')).not.to.include('signalHandler')
    s.progress.abandon()
    expect(s.screen.cursorHidden).to.equal(false)
    await s.progress.finish()
  })

  it('draws each of several plans with phases of its own, the last as it ended above the next, and notices between', async () => {
    const s = scene()
    const plan = (title: string, rows: number) =>
      phases()
        .slice(0, rows)
        .map(phase => ({...phase, title: `${title} ${phase.id}`}))
    for (const [i, rows] of [1, 3].entries()) {
      s.progress.onNotice(`Now stage ${i + 1}.`)
      s.progress.onEvent({type: 'planned', phases: plan(`Stage ${i + 1}:`, rows)})
      for (const {id} of plan('', rows)) runPhase(s, id)
      await s.screen.until(`✔ Stage ${i + 1}: network`)
    }
    await s.progress.finish()
    const drawn = s.screen.text.split('\n').map(line => line.replace(/ {2,}/, ' '))
    expect(drawn).to.deep.equal([
      '› Now stage 1.',
      '✔ Stage 1: network 2.0 s',
      '› Now stage 2.',
      '✔ Stage 2: network 2.0 s',
      '✔ Stage 2: access 2.0 s',
      '✔ Stage 2: compute 2.0 s',
    ])
  })

  it('finishes even if nothing ever happened', async () => {
    const s = scene()
    await s.progress.finish()
    expect(s.screen.text).to.equal('')
  })
})
