import {hostname} from 'node:os'
import {expect} from 'chai'
import type {ClusterReport, CreateReport, NodeReport} from '../../src/cluster/report.js'
import {accessReport} from '../../src/ui/access-report.js'
import {createReport} from '../../src/ui/create-report.js'
import {destroyReport} from '../../src/ui/destroy-report.js'
import {listReport} from '../../src/ui/list-report.js'
import {renewReport} from '../../src/ui/renew-report.js'
import {rotateReport} from '../../src/ui/rotate-report.js'
import {statusReport} from '../../src/ui/status-report.js'
import {styleFor} from '../../src/ui/style.js'

const options = {style: styleFor({isTTY: false}, {}), columns: 80, now: Date.parse('2026-11-22T12:00:00Z')}

function node(name: string, role: NodeReport['role'], changes: Partial<NodeReport> = {}): NodeReport {
  return {
    name,
    role,
    instanceId: 'i-0123456789abcdef0',
    zone: 'ap-southeast-1a',
    privateIp: '10.240.100.111',
    publicIp: '198.51.100.111',
    state: 'running',
    ready: true,
    checks: [{name: 'machine', ok: true, detail: 'running'}],
    ...changes,
  }
}

function report(changes: Partial<ClusterReport> = {}): ClusterReport {
  return {
    name: 'lab',
    id: '1',
    provider: 'aws',
    region: 'ap-southeast-1',
    phase: 'ready',
    kubernetes: '1.36.2',
    endpoint: 'https://198.51.100.111:6443',
    ready: true,
    tolerates: 1,
    nodes: [node('controller-1', 'controller'), node('worker-1', 'worker')],
    checks: [{name: 'api', ok: true, detail: 'answers'}],
    network: {cni: 'bridge', policiesEnforced: false},
    certificates: {earliestExpiry: '2026-12-22T12:00:00Z'},
    cost: {perHour: 0.3, spent: 1.234, currency: 'USD', unknown: []},
    expiresAt: null,
    ...changes,
  }
}

function expectFits(text: string): void {
  for (const line of text.split('\n')) expect(line.length, line).to.be.at.most(80)
}

describe('rotateReport', () => {
  it('says that it is done, or when the old service account key may go and what to type then', () => {
    expect(rotateReport({...report(), revoked: false}, options)).to.equal('✔ lab uses its new keys')
    const rotating = [{key: 'service-account', stage: 'in-use', waitsUntil: '2026-11-22T13:00:00Z'}] as const
    const text = rotateReport({...report({rotating}), revoked: false}, options)
    expectFits(text)
    expect(text)
      .to.include('2026-11-22 13:00 UTC (in 1 h 0 min)')
      .and.to.match(/Next:\n {2}khw keys rotate lab\n {2}khw keys rotate lab --service-account --revoke-tokens$/)
    expect(rotateReport({...report({ready: false}), revoked: false}, options)).to.match(
      /^! lab[\s\S]*Next:\n {2}khw status lab$/,
    )
  })
})

describe('rotateReport of revoked tokens', () => {
  it('says what that costs, and how it is made good', () => {
    const text = rotateReport({...report(), revoked: true}, options)
    expectFits(text)
    expect(text).to.match(
      /refused by the API[\s\S]*Next:\n {2}kubectl get deployments,daemonsets,statefulsets --all-namespaces\n {2}kubectl --namespace NAMESPACE rollout restart/,
    )
  })
})

describe('statusReport', () => {
  it('fits 80 columns and says what to type next', () => {
    const text = statusReport(report(), options)
    expectFits(text)
    expect(text).to.match(/^lab is ready\n/)
    expect(text).to.match(/controller-1 +running +yes +ap-southeast-1a +10\.240\.100\.111 +198\.51\.100\.111\n/)
    expect(text).to.include('2026-12-22 (in 30 days)')
    expect(text).to.include('$0.30 an hour, $1.23 so far')
    expect(text).to.match(/^ {2}Policies +not enforced \(--cni bridge\): a NetworkPolicy does nothing$/m)
    expect(text).to.include('✔ 3 checks passed')
    expect(text).to.include('  export KUBECONFIG="$(khw kubeconfig lab --path)"\n')
  })

  it('says that policies are enforced only where that was seen', () => {
    const policies = (policiesEnforced: boolean): string =>
      statusReport(report({network: {cni: 'kube-network-policies', policiesEnforced}}), options)
    expect(policies(true)).to.match(/^ {2}Policies +enforced by kube-network-policies$/m)
    expect(policies(false)).to.match(/^ {2}Policies +not known to be enforced by kube-network-policies$/m)
  })

  it('tells the time of day that certificates end on, where that is near', () => {
    const text = (earliestExpiry: string): string => statusReport(report({certificates: {earliestExpiry}}), options)
    expect(text('2026-11-22T12:02:00Z')).to.include('2026-11-22 12:02 UTC (in 2 min 0 s)')
    expect(text('2026-11-22T11:59:00Z')).to.include('2026-11-22 11:59 UTC (expired)')
    expect(text('2026-11-24T12:00:00Z')).to.include('2026-11-24 (in 2 days)')
  })

  it('says that a renewal is unfinished, and how it is finished', () => {
    const {certificates} = report()
    const text = statusReport(report({certificates: {...certificates, renewing: true}}), options)
    expect(text)
      .to.match(/^ {2}Renewal +begun, and not on every node yet$/m)
      .and.to.match(/^ {2}khw certs renew lab$/m)
    expect(statusReport(report(), options)).not.to.match(/Renewal|certs renew/)
  })

  it('says that a rotation of keys is unfinished, and how it is finished, or until when it waits', () => {
    const text = statusReport(report({rotating: [{key: 'encryption', stage: 'known'}]}), options)
    expect(text)
      .to.match(/^ {2}Old keys +encryption key, as its rotation is unfinished$/m)
      .and.to.match(/^ {2}khw keys rotate lab$/m)
    const waiting = (waitsUntil: string): string =>
      statusReport(report({rotating: [{key: 'service-account', stage: 'in-use', waitsUntil}]}), options)
    expect(waiting('2026-11-22T13:00:00Z'))
      .to.match(/^ {2}Old keys +service account key until 2026-11-22 13:00 UTC \(in 1 h 0 min\)$/m)
      .and.not.to.include('khw keys rotate')
    expect(waiting('2026-11-22T11:00:00Z'))
      .to.match(/^ {2}Old keys +service account key, which can go$/m)
      .and.to.match(/^ {2}khw keys rotate lab$/m)
    expect(statusReport(report(), options)).not.to.match(/keys/)
  })

  it('names the security profile', () => {
    expect(statusReport(report({securityProfile: 'cis'}), options)).to.match(
      /^ {2}Kubernetes +1\.36\.2 \(security profile cis\)$/m,
    )
  })

  it('says who is at work on a cluster that is there, and names nothing that its lock would refuse', () => {
    const by = {command: 'khw certs renew lab', pid: 4711, host: hostname(), since: '2026-11-22T11:59:30Z'}
    const {certificates} = report()
    const renewed = statusReport(report({by, certificates: {...certificates, renewing: true}}), options)
    expect(renewed).to.match(/^ {2}At work +khw certs renew lab \(process 4711, for 30 s\)$/m)
    expect(renewed).to.match(/Next:\n {2}khw status lab$/)
    expect(statusReport(report({by, phase: 'destroying', ready: false}), options))
      .to.match(/^ {2}By +khw certs renew lab/m)
      .and.to.match(/Next:\n {2}khw status lab$/)
    expect(statusReport(report({by}), options)).to.match(/kubectl get nodes$/)
  })

  it('calls nothing broken that a rotation or renewal which is at work restarts', () => {
    const by = {command: 'khw keys rotate lab', pid: 4711, host: hostname(), since: '2026-11-22T11:59:30Z'}
    const down = (name: string, role: NodeReport['role'], changes: Partial<NodeReport> = {}): NodeReport =>
      node(name, role, {ready: false, checks: [{name: 'kube', ok: false, detail: 'not ready (500)'}], ...changes})
    const shown = (changes: Partial<ClusterReport>): string => {
      const text = statusReport(report({phase: 'degraded', ready: false, ...changes}), options)
      expectFits(text)
      return text.replace(/\n {2}(?! )/g, ' ')
    }
    const one = [down('controller-1', 'controller'), node('controller-2', 'controller'), node('worker-1', 'worker')]
    const rotating = [{key: 'encryption', stage: 'known'}] as const
    const planned = shown({by, rotating, nodes: one})
    expect(planned)
      .to.match(/^lab is getting new keys\n/)
      .and.to.include('… controller-1: kube: not ready (500); khw keys rotate lab restarts it')
      .and.not.to.include('✖')
    expect(planned).to.match(/Next: khw status lab$/)
    const balancer = {name: 'load-balancer', ok: false, detail: 'still sends to it'}
    expect(shown({by, rotating, checks: [balancer]})).to.include(
      '… load-balancer: still sends to it; khw keys rotate lab is at work',
    )
    const certificates = {earliestExpiry: '2026-12-22T12:00:00Z', renewing: true} as const
    const worker = [node('controller-1', 'controller'), down('worker-1', 'worker')]
    expect(shown({by, certificates, nodes: worker}))
      .to.match(/^lab is getting new certificates\n/)
      .and.not.to.include('✖')

    const broken: readonly Partial<ClusterReport>[] = [
      // Nobody is at work, or not at that.
      {rotating, nodes: one},
      {by, nodes: one},
      {by: {...by, command: 'khw verify lab'}, rotating, nodes: one},
      {by, rotating: [{key: 'service-account', stage: 'in-use', waitsUntil: '2026-11-22T13:00:00Z'}], nodes: one},
      // That is not what it does.
      {by, rotating, nodes: [...one.slice(0, 1), down('controller-2', 'controller')]},
      {by, rotating, nodes: worker},
      {by, rotating, nodes: [down('controller-1', 'controller', {state: 'stopped'})]},
      {by, rotating, checks: [{name: 'access', ok: false, detail: 'Your address is another.'}]},
    ]
    for (const changes of broken)
      expect(shown(changes), JSON.stringify(changes))
        .to.match(/^lab is degraded\n/)
        .and.to.include('✖')
        .and.not.to.include('…')
  })

  it('names a renewal alone only once the certificates have ended: it refuses where a machine is lost', () => {
    const nextOf = (earliestExpiry: string, phase: ClusterReport['phase']): string[] => {
      const [, steps = ''] = statusReport(report({phase, certificates: {earliestExpiry}}), options).split('Next:\n')
      return steps.split('\n').map(line => line.trim())
    }
    expect(nextOf('2026-11-24T12:00:00Z', 'degraded')).to.deep.equal(['khw create --name lab', 'khw certs renew lab'])
    expect(nextOf('2026-11-22T11:59:59Z', 'degraded')).to.deep.equal(['khw certs renew lab'])
    expect(nextOf('2026-11-24T12:00:00Z', 'ready')[0]).to.equal('khw certs renew lab')
    expect(nextOf('2026-11-24T12:00:00Z', 'destroying')).to.deep.equal(['khw destroy lab'])
  })

  it('shows only what is wrong, with its reason', () => {
    const detail = `PLEG is not healthy: ${'pleg was last seen active 3m ago; '.repeat(4)}`
    const broken = node('worker-1', 'worker', {ready: false, checks: [{name: 'kubelet', ok: false, detail}]})
    const text = statusReport(report({phase: 'degraded', ready: false, nodes: [broken]}), options)
    expectFits(text)
    expect(text).to.include('✖ worker-1: kubelet: PLEG is not healthy')
    expect(text).not.to.include('api: answers')
    expect(text).to.match(
      /Next:\n {2}khw ssh worker-1 --name lab -- .*\n {2}khw verify lab\n {2}khw create --name lab$/,
    )
  })

  it('says how to be let in again, to who comes from elsewhere now', () => {
    const checks = [
      {name: 'api', ok: false, detail: 'no answer'},
      {name: 'access', ok: false, detail: 'Your address is now 192.0.2.9/32.'},
    ]
    const broken = node('worker-1', 'worker', {ready: false})
    const text = statusReport(report({phase: 'degraded', ready: false, nodes: [broken], checks}), options)
    expect(text).to.include('✖ access: Your address is now 192.0.2.9/32.')
    expect(text.split('Next:')[1]?.trim()).to.equal('khw access refresh lab')
  })

  it('says how to go on with an unfinished cluster, whose machines may not exist', () => {
    const missing = node('worker-1', 'worker', {state: 'missing', ready: false, publicIp: null, zone: null, checks: []})
    const text = statusReport(report({phase: 'creating', endpoint: null, nodes: [missing], tolerates: 0}), options)
    expect(text).to.match(/worker-1 +missing +no +- +10\.240\.100\.111 +-\n/)
    expect(text).to.include('no controller answers')
    expect(text).to.match(/Next:\n {2}khw create --name lab$/)
  })

  it('says of one that is being created how far it is and who is at it, and calls nothing broken', () => {
    const since = new Date(options.now - 72_000).toISOString()
    const by = {command: 'khw create --name lab', pid: 4711, host: hostname(), since}
    const begun = Array.from({length: 8}, (_, i) => `node/configure/worker-${i + 1}`)
    const missing = node('worker-1', 'worker', {
      state: 'missing',
      ready: false,
      checks: [{name: 'machine', ok: false, detail: 'missing'}],
    })
    const api = {name: 'api', ok: false, detail: 'is not set up yet'}
    const creating = report({phase: 'creating', endpoint: null, nodes: [missing], checks: [api], tolerates: 0})
    const text = statusReport({...creating, progress: {done: 12, total: 60, begun, by}}, options)
    expectFits(text)
    expect(text).to.match(/^lab is being created\n/)
    expect(text)
      .to.match(/Done +12 of 60 steps\n/)
      .and.to.match(/By +khw create --name lab \(process 4711, for 1 min 12 s\)/)
    expect(text.replaceAll('\n  ', ' ')).to.include('Under way: node/configure/worker-1,').and.to.include('and 2 more')
    expect(text).not.to.include('✖')
    expect(text).to.match(/Next:\n {2}khw status lab$/)

    const shut = {name: 'access', ok: false, detail: 'Your public address is 203.0.113.9 now.'}
    const left = statusReport(
      {...creating, checks: [api, shut], progress: {done: 12, total: 60, begun, by: null}},
      options,
    )
    expectFits(left)
    expect(left).to.match(/^lab is unfinished\n/)
    expect(left).to.include('! Begun, and not done: ').and.to.include('✖ access: Your public address')
    expect(left).to.include('khw access refresh lab')
  })
})

describe('renewReport', () => {
  it('says until when, within the width', () => {
    const text = renewReport(report({name: 'a-name-that-is-long'}), options)
    expectFits(text)
    expect(text.replaceAll('\n  ', ' ')).to.equal(
      '✔ a-name-that-is-long has new certificates: the first to end does so on 2026-12-22 (in 30 days)',
    )
    expect(renewReport(report({ready: false}), options)).to.match(/^! lab has[^]*\n\nNext:\n {2}khw status lab$/)
  })
})

describe('accessReport', () => {
  const access = {name: 'lab', admitted: ['203.0.113.7/32'], yours: ['203.0.113.7/32'], ok: true}
  const right = {missing: 0, stale: 0}

  it('says whether the reader is let in, and what to do if not', () => {
    expect(accessReport({...access, rules: right}, options.style)).to.match(
      /^✔ lab lets you in\n\n +Admits +203.0.113.7\/32\n/,
    )
    const away = accessReport({...access, yours: ['192.0.2.9/32'], ok: false, rules: right}, options.style)
    expect(away).to.match(/^✖ lab does not let you in\n/)
    expect(away).to.match(/Next:\n +khw access refresh lab$/)
    expect(accessReport({...access, yours: null, ok: false, rules: right}, options.style)).to.match(
      /^\? lab may let you in/,
    )
  })

  it('says what is odd about the rules, and what a refresh has done', () => {
    const odd = accessReport({...access, ok: false, rules: {missing: 1, stale: 2}}, options.style)
    expect(odd).to.include('1 missing, 2 of a former address')
    const changed = {opened: 3, closed: 3}
    expect(accessReport({...access, rules: right, changed}, options.style)).to.include('3 opened, 3 closed')
  })
})

describe('createReport', () => {
  const created: CreateReport = {
    ...report(),
    timings: [
      {step: 'compute/instance/worker-1', startedAt: '2026-11-22T11:59:19Z', seconds: 12, waitedFor: null},
      {step: 'etcd/start', startedAt: '2026-11-22T11:59:31Z', seconds: 3, waitedFor: null},
      {step: 'access/key', startedAt: '2026-11-22T11:59:19Z', seconds: 40, waitedFor: null},
      {step: 'network/vpc', startedAt: '2026-11-22T11:00:00Z', seconds: 50, waitedFor: null},
    ],
    criticalPath: ['network/vpc', 'compute/instance/worker-1', 'etcd/start'],
  }

  it('ends with what to type next', () => {
    const text = createReport(created, {...options, startedAt: options.now - 41_200, until: undefined, alone: true})
    expectFits(text)
    expect(text).to.match(/^✔ lab is ready: Kubernetes 1\.36\.2, 1 controller, 1 worker, in 41 s\n/)
    expect(text).to.match(/\n {2}kubectl get nodes\n {2}khw ssh worker-1\n {2}khw destroy lab$/)
    expect(text).to.include('compute/instance/worker-1 (12 s), etcd/start (3.0 s)')
    expect(text, 'not on the critical path').not.to.include('access/key')
    expect(text, 'done by an earlier run').not.to.include('network/vpc')
  })

  it('says of one that was there and well that nothing was to be done, and how to look at it', () => {
    const own = {...options, startedAt: options.now - 7_400, until: undefined, alone: true}
    const timings = created.timings.map(timing => ({...timing, startedAt: '2026-11-22T11:00:00Z'}))
    const there = {...created, timings}
    const text = createReport(there, own)
    expectFits(text)
    expect(text)
      .to.match(/^✔ lab is ready, and nothing was to be done: Kubernetes 1\.36\.2, in 7\.4 s\n/)
      .and.to.match(/Next:\n {2}khw status lab\n {2}export KUBECONFIG/)
    for (const told of ['NODE', 'Most of the time', 'Network policies']) expect(text).not.to.include(told)
    const checks = [{name: 'load-balancer', ok: false, detail: 'finds 0 of 1 controllers healthy'}]
    expect(createReport({...there, checks}, own)).to.include('… load balancer: finds 0 of 1')
    const network = {cni: 'kube-network-policies', policiesEnforced: false} as const
    expect(createReport({...there, network}, own)).to.include('! Network policies are not known to be enforced')
    for (const other of [created, {...there, ready: false, phase: 'degraded' as const}])
      expect(createReport(other, {...own, startedAt: options.now - 41_200})).not.to.include('nothing was to be done')
  })

  it('says how the load balancer is, and what kubectl uses until then', () => {
    const shown = (check: {ok: boolean; detail: string}, endpoint = report().endpoint): string => {
      const checks = [...report().checks, {name: 'load-balancer', ...check}]
      const text = createReport(
        {...created, checks, endpoint},
        {...options, startedAt: options.now - 41_200, until: undefined, alone: true},
      )
      expectFits(text)
      return text.replace(/\n {2}/g, ' ')
    }
    expect(shown({ok: true, detail: 'healthy: 1 of 1 controllers'})).to.include('\n✔ load balancer: healthy\n')
    expect(shown({ok: false, detail: 'is still registering the controllers'})).to.include(
      'load balancer: is still registering the controllers (kubectl uses controller-1 until then;',
    )
    expect(createReport(created, {...options, startedAt: 0, until: undefined, alone: true})).not.to.include('balancer')
  })

  it('claims that policies are enforced only where that was seen', () => {
    const network = {cni: 'kube-network-policies', policiesEnforced: false} as const
    const text = createReport({...created, network}, {...options, startedAt: 0, until: undefined, alone: true})
    expect(text).to.include('! Network policies are not known to be enforced')
  })

  it('says what looks closer at a cluster that it could not make well', () => {
    const degraded = {...created, phase: 'degraded', ready: false} as const
    const text = createReport(degraded, {...options, startedAt: options.now - 1000, until: undefined, alone: true})
    expect(text).to.include('\n  khw status lab\n  khw verify lab\n')
  })

  it('says first what helps a cluster whose certificates have ended', () => {
    const ended = {
      ...created,
      phase: 'degraded',
      ready: false,
      certificates: {earliestExpiry: '2026-11-22T11:59:00Z'},
    } as const
    const text = createReport(ended, {...options, startedAt: options.now - 1000, until: undefined, alone: true})
    expect(text).to.match(/\nNext:\n {2}khw certs renew lab$/)
  })

  it('names the cluster in khw ssh where there are others', () => {
    const text = createReport(created, {...options, startedAt: options.now - 1000, until: undefined, alone: false})
    expect(text).to.include('khw ssh worker-1 --name lab\n')
  })

  it('does not claim that a cluster is ready when it was to stop after a phase', () => {
    const text = createReport(
      {...created, phase: 'creating', ready: false},
      {...options, startedAt: options.now - 1000, until: 'etcd', alone: true},
    )
    expect(text).to.match(/^✔ lab stopped after the phase etcd as asked/)
    expect(text).to.include('  khw create --name lab\n')
    expect(text).not.to.include('kubectl')
  })
})

describe('destroyReport', () => {
  const removed = [
    {type: 'instance', id: 'i-1'},
    {type: 'instance', id: 'i-2'},
    {type: 'vpc', id: 'vpc-1'},
  ]

  it('is a receipt', () => {
    const text = destroyReport({name: 'lab', removed, remaining: [], seconds: 12}, options)
    expect(text).to.equal('✔ lab is gone: 3 resources removed in 12 s\n  instance 2, vpc 1')
  })

  it('says what is left and why', () => {
    const remaining = [{type: 'vpc', id: 'vpc-1', why: 'it has a network interface of somebody else'}]
    const text = destroyReport({name: 'lab', removed, remaining, seconds: 12}, options)
    expect(text).to.match(/^✖ lab is not gone: 3 resources removed, 1 resource left\n/)
    expect(text).to.include('  vpc vpc-1: it has a network interface of somebody else')
    expect(text).to.match(/khw destroy lab$/)
  })

  it('says what to type first where khw will not do it, which --force-foreign would not either', () => {
    const fix = 'aws ec2 delete-vpc-endpoints --vpc-endpoint-ids vpce-1'
    const why = "is used by VPC endpoint vpce-1, which is not khw's"
    const rest = ['rtb-1', 'vpc-1'].map(id => ({type: 'vpc', id, why, fixes: [fix]}))
    const text = destroyReport({name: 'lab', removed, remaining: rest, seconds: 12}, options)
    expect(text).to.match(new RegExp(`Next:\\n  ${fix}\\n  khw destroy lab$`))
    const others = [...rest, {type: 'subnet', id: 'subnet-1', why: "is used by i-1, which is not khw's"}]
    expect(destroyReport({name: 'lab', removed, remaining: others, seconds: 12}, options)).to.include('--force-foreign')
  })
})

describe('what a cluster costs', () => {
  const unknown = {perHour: null, spent: null, currency: 'USD', unknown: ['m9.large in ap-south-2']}
  const created = (changes: Partial<ClusterReport>): string =>
    createReport(
      {...report(changes), timings: [], criticalPath: []},
      {...options, startedAt: options.now - 60_000, until: undefined, alone: true},
    )

  it('is said when it is there, and until when', () => {
    const text = created({expiresAt: '2026-11-22T20:00:00.000Z'})
    expectFits(text)
    expect(text.replaceAll('\n', ' '))
      .to.include('It costs $0.30 an hour (list prices of')
      .and.include('It ends 2026-11-22 20:00 UTC (in 8 h 0 min); khw extend lab 4h gives it more time.')
    expect(created({}).replaceAll('\n', ' ')).to.include('It never ends by itself.')
  })

  it('is no word worth where it is nothing', () => {
    expect(created({cost: null})).not.to.match(/cost|ends/)
    expect(statusReport(report({cost: null}), options)).not.to.include('Costs')
  })

  it('is not guessed', () => {
    expect(statusReport(report({cost: unknown}), options)).to.include(
      'unknown: no list price of m9.large in ap-south-2',
    )
    expect(created({cost: unknown})).to.include('an unknown amount')
  })
})

describe('statusReport of a cluster that ends', () => {
  const at = (expiresAt: string) => statusReport(report({expiresAt}), options)

  it('says when, and nothing more while that is far', () => {
    expect(at('2026-11-22T18:00:00.000Z')).to.include('2026-11-22 18:00 UTC (in 6 h 0 min)').and.not.include('!')
  })

  it('warns shortly before, and says how to get more time', () => {
    const text = at('2026-11-22T12:01:00.000Z')
    expectFits(text)
    expect(text)
      .to.include('! "lab" ends itself in 1 minute.')
      .and.match(/ {2}khw extend lab 4h$/)
  })

  it('idles past its expiry: what to type is to destroy it or to extend it', () => {
    const text = at('2026-11-22T11:00:00.000Z')
    expectFits(text)
    expect(text)
      .to.include('! "lab" is past its expiry (2026-11-22 11:00 UTC)')
      .and.match(/Next:\n {2}khw destroy lab\n {2}khw extend lab 4h$/)
  })
})

describe('listReport', () => {
  it('has a row for each cluster, or says how to make one', () => {
    const summary = {name: 'lab', id: '1', provider: 'local', region: 'local-1', expiresAt: null} as const
    const text = listReport([{...summary, phase: 'creating', createdAt: '2026-11-22T10:00:00Z'}], options)
    expect(text).to.match(
      /^NAME +STATE +WHERE +CREATED \(UTC\) +ENDS\nlab +unfinished +this machine +2026-11-22 10:00 +never$/,
    )
    expect(listReport([], options)).to.include('khw create')
  })

  it('says when a cluster ends, and warns of one that has or soon will', () => {
    const summary = {id: '1', provider: 'aws', region: 'us-west-2', phase: 'ready'} as const
    const ends = (name: string, expiresAt: string) => ({...summary, name, createdAt: '2026-11-22T10:00:00Z', expiresAt})
    const text = listReport(
      [
        ends('far', '2026-11-22T18:00:00Z'),
        ends('near', '2026-11-22T12:10:00Z'),
        ends('past', '2026-11-22T11:59:00Z'),
        ends('weeks', '2026-12-22T12:00:00Z'),
      ],
      options,
    )
    expectFits(text)
    expect(text).to.match(/far .* in 6 h 0 min\nnear .* in 10 min 0 s\npast .* expired\nweeks .* in 30 days\n/)
    expect(text).to.include('! "near" ends itself in 10 minutes.')
    expect(text).to.include('! "past" is past its expiry (2026-11-22 11:59 UTC)')
    expect(text).not.to.include('"far"')
  })
})
