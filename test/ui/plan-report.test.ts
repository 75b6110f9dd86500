import {expect} from 'chai'
import {createPlan} from '../../src/steps/create-plan.js'
import {PHASES} from '../../src/steps/phases.js'
import type {PlanReport} from '../../src/steps/plan-cluster.js'
import type {PlannedStep} from '../../src/steps/planned-steps.js'
import {planReport} from '../../src/ui/plan-report.js'
import {styleFor} from '../../src/ui/style.js'
import {sampleSpec} from '../steps/sample-spec.js'

const options = {style: styleFor({isTTY: false}, {}), columns: 80, all: true}

function step(id: string, phase: PlannedStep['phase'], action: PlannedStep['action']): PlannedStep {
  return {id, phase, title: `Do ${id}`, needs: [], action}
}

describe('planReport', () => {
  const steps = [
    step('network/vpc', 'network', 'keep'),
    step('network/subnet/1', 'network', 'adopt'),
    step('compute/instance/worker-1', 'compute', 'create'),
  ]
  const cost = {perHour: 0.2927, total: 2.3416, currency: 'USD', unknown: []}
  const report: PlanReport = {
    spec: {...sampleSpec({controllers: 3, workers: 1}), provider: 'aws', region: 'us-west-2'},
    steps,
    notices: [],
    estimate: {seconds: 480, ttl: 8 * 3600, calls: 1, cost},
  }

  it('has what it takes first, and on demand every step in its phase with what becomes of it', () => {
    const text = planReport(report, options)
    for (const line of text.split('\n')) expect(line.length, line).to.be.at.most(80)
    expect(text).to.match(/^sample: 3 controllers, 1 worker, AWS, us-west-2, Kubernetes 1\.\d+\.\d+\nIt takes up to /)
    expect(text).to.match(
      /Create the network\n {2}= network\/vpc .*\n {2}~ network\/subnet\/1 .*\n\nLaunch the machines\n {2}\+ /,
    )
    expect(text).to.include('+ 1 to create   ~ 1 to adopt   = 1 to keep')
    expect(text.replaceAll('\n', ' ')).to.match(
      /It takes up to 8 min 0 s and 1 call that changes something, and costs \$0\.29 an hour, \$2\.34 for its 8 hours/,
    )
  })

  it('names what is not kept, as long as that is little', () => {
    const text = planReport(report, {...options, all: false})
    expect(text).to.match(/Create the network\n {2}~ network\/subnet\/1 .*\n\nLaunch the machines\n {2}\+ /)
    expect(text).not.to.include('network/vpc')
    expect(text).to.include('+ 1 to create   ~ 1 to adopt   = 1 to keep   every step: --all')
  })

  it('counts what is a lot, by phases, and fits 80x24 with three notices', () => {
    const spec = {
      ...sampleSpec({controllers: 3, workers: 3, loadBalancer: 'nlb', addons: []}),
      artifactSource: 'debian' as const,
    }
    const estimate = {...report.estimate, cost: null}
    const many = createPlan(spec).steps.map(each => step(each.id, each.phase, 'create'))
    const [first, ...others] = many as [PlannedStep, ...PlannedStep[]]
    const notices = Array.from({length: 3}, () => 'A notice that takes a line and somewhat more. '.repeat(3).trim())
    const text = planReport(
      {spec, steps: [{...first, action: 'keep'}, ...others], notices, estimate},
      {...options, all: false},
    )
    const network = many.filter(({phase}) => phase === 'network').length
    expect(text).to.match(new RegExp(`^Create the network +\\+ ${network - 1} {2}= 1$`, 'm'))
    for (const {title} of PHASES.filter(({id}) => id !== 'addons'))
      expect(text).to.match(new RegExp(`^${title} +\\+ \\d+`, 'm'))
    for (const line of text.split('\n')) expect(line.length, line).to.be.at.most(80)
    // The shell's own line is the 24th.
    expect(text.split('\n').length).to.be.at.most(23)
    const kept = planReport({...report, steps: many.map(each => ({...each, action: 'keep'}))}, {...options, all: false})
    expect(kept).to.include(`\n\n= ${many.length} to keep   every step: --all\n\n`)
    expect(kept).not.to.include('Create the network')
  })

  it('names the version or that it is open, and the security profile', () => {
    const spec = {...report.spec, kubernetesVersion: '', securityProfile: 'cis'} as const
    const [head = '', next = ''] = planReport({...report, spec}, options).split('\n')
    expect(`${head} ${next}`).to.match(/, Kubernetes the newest that can be had, security profile cis/)
  })

  it('breaks a long title below its beginning', () => {
    const long = {
      ...step('routing/pod-routes', 'routing', 'create'),
      title: 'Send the pods of each worker '.repeat(5).trim(),
    }
    const text = planReport({...report, steps: [long]}, options)
    for (const line of text.split('\n')) expect(line.length, line).to.be.at.most(80)
    expect(text.replaceAll(/\s+/g, ' ')).to.include(long.title)
  })

  it('tells what is looked at again from what is made', () => {
    const again = planReport({...report, steps: [...steps, step('compute/addresses', 'compute', 'check')]}, options)
    expect(again).to.include('+ 1 to create   ~ 1 to adopt   ? 1 to check again   = 1 to keep')
    expect(again).to.match(/^ {2}\? compute\/addresses /m)
  })

  it('says plainly what becomes of network policies', () => {
    const text = (cni?: 'kube-network-policies'): string =>
      planReport({...report, spec: {...report.spec, ...(cni && {cni})}}, options).replaceAll(/\s+/g, ' ')
    expect(text())
      .to.include('Network policies are not enforced')
      .and.include('With --cni kube-network-policies they are')
    expect(text('kube-network-policies')).to.include('Network policies are enforced, by kube-network-policies on every')
  })

  it('guesses no price', () => {
    const unknown = {perHour: null, total: null, currency: 'USD', unknown: ['x9.large in us-west-2']}
    const text = planReport({...report, estimate: {...report.estimate, cost: unknown}}, options)
    expect(text.replaceAll('\n', ' '))
      .to.include('what it costs is unknown: khw')
      .and.include('lacks x9.large in us-west-2')
    expect(planReport({...report, estimate: {...report.estimate, cost: null}}, options)).to.include('costs nothing')
  })
})
