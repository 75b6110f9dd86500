import {expect} from 'chai'
import {POLICY_CHECKS} from '../../src/benchmark/checks/policies.js'
import {readPolicies} from '../../src/benchmark/live-policies.js'
import {policyVerdict} from '../../src/benchmark/policy-check.js'
import type {PodToJudge, PolicyFacts} from '../../src/benchmark/policy-facts.js'
import {KubernetesApi} from '../../src/kubernetes/api.js'
import {LoopbackApi, READY, testPki} from '../kubernetes/loopback.js'

function named(kind: string, name: string, rest: object = {}, namespace?: string) {
  return {apiVersion: 'v1', kind, metadata: {name, ...(namespace !== undefined && {namespace})}, ...rest}
}

function pod(name: string, spec: NonNullable<PodToJudge['spec']> = {}): PodToJudge {
  return named('Pod', name, {spec: {automountServiceAccountToken: false, ...spec}}, 'kube-system')
}

const ADMIN = named('ClusterRoleBinding', 'cluster-admin', {roleRef: {name: 'cluster-admin'}})
const WIDE = {rules: [{verbs: ['*'], resources: ['*'], apiGroups: ['*']}]}
const BUILT_IN = {metadata: {name: 'cluster-admin', labels: {'kubernetes.io/bootstrapping': 'rbac-defaults'}}}

/** A cluster as it is made, with one pod. */
const MADE: PolicyFacts = {
  roles: [named('Role', 'reader', {rules: [{verbs: ['get'], resources: ['pods']}]}, 'kube-system')],
  clusterRoles: [{...named('ClusterRole', 'cluster-admin', WIDE), ...BUILT_IN}],
  clusterRoleBindings: [{...ADMIN, roleRef: {name: 'cluster-admin'}}],
  serviceAccounts: [{...named('ServiceAccount', 'default', {}, 'default'), automountServiceAccountToken: false}],
  pods: [pod('coredns')],
  allowedToAll: [],
}

/** Under its number: its state, and what was found. */
function verdictOf(id: string, changes: Partial<PolicyFacts> = {}): [state: string, found: string] {
  const check = POLICY_CHECKS.find(each => each.id === id)
  if (!check) throw new Error(`there is no ${id}`)
  const {state, found} = policyVerdict(check, {...MADE, ...changes})
  return [state, found]
}

function numbered(section: string, count: number): string[] {
  return Array.from({length: count}, (_, i) => `${section}.${i + 1}`)
}

describe('the checks of policies', () => {
  it('are those of section 5, once, in order, of which 11 have a test', () => {
    const sections = {'5.1': 13, '5.2': 12, '5.3': 2, '5.4': 2, '5.5': 1, '5.6': 4}
    const ids = Object.entries(sections).flatMap(([section, count]) => numbered(section, count))
    expect(POLICY_CHECKS.map(({id}) => id)).to.deep.equal(ids)
    expect(ids).to.have.length(34)
    const tested = POLICY_CHECKS.filter(({test}) => test !== undefined).map(({id}) => id)
    expect(tested).to.deep.equal([...numbered('5.1', 6), '5.2.2', '5.2.3', '5.2.4', '5.2.5', '5.2.6'])
    for (const {id, title, test, judge} of POLICY_CHECKS) {
      expect(title.length, id).to.be.at.most(60)
      if (test === undefined) expect(judge, id).to.be.a('string').that.is.not.empty
    }
  })

  it('pass on a cluster as it is made, but for what Kubernetes itself has', () => {
    const states = POLICY_CHECKS.filter(({test}) => test).map(check => [check.id, policyVerdict(check, MADE).state])
    const others = states.filter(([, state]) => state !== 'PASS')
    expect(others).to.deep.equal([['5.1.3', 'WARN']])
    expect(verdictOf('5.1.3')).to.deep.equal(['WARN', "in 1 of Kubernetes' own roles, and in no other"])
  })

  it('pass nothing while the API cannot be asked', () => {
    const states = new Set(POLICY_CHECKS.map(check => policyVerdict(check, undefined).state))
    expect([...states]).to.deep.equal(['WARN'])
  })

  it('name who else is an administrator', () => {
    const subjects = [{kind: 'User', name: 'eve'}]
    const eve = {...named('ClusterRoleBinding', 'eve'), roleRef: {name: 'cluster-admin'}, subjects}
    const other = {...named('ClusterRoleBinding', 'view'), roleRef: {name: 'view'}, subjects}
    const clusterRoleBindings = [...MADE.clusterRoleBindings, other]
    expect(verdictOf('5.1.1', {clusterRoleBindings})[0]).to.equal('PASS')
    const found = ['WARN', 'bound by eve (User eve)']
    expect(verdictOf('5.1.1', {clusterRoleBindings: [...clusterRoleBindings, eve]})).to.deep.equal(found)
  })

  it('tell what everybody may do', () => {
    const allowedToAll = ['list secrets']
    expect(verdictOf('5.1.2', {allowedToAll})).to.deep.equal([
      'WARN',
      'list secrets: allowed to all who have signed in',
    ])
    expect(verdictOf('5.1.4', {allowedToAll})[0]).to.equal('PASS')
    expect(verdictOf('5.1.4', {allowedToAll: ['create pods']})[0]).to.equal('WARN')
  })

  it('tell wildcards of others from those of Kubernetes', () => {
    const role = named('Role', 'all', {rules: [{verbs: ['get'], apiGroups: [''], resources: ['*']}]}, 'lab')
    const many = named('Role', 'many', {rules: [{verbs: ['*', 'get'], resources: ['pods']}]}, 'lab')
    expect(verdictOf('5.1.3', {roles: [role, many]})[1]).to.equal("in 1 of Kubernetes' own roles, and in lab/all")
    expect(verdictOf('5.1.3', {clusterRoles: [named('ClusterRole', 'none', {rules: null})]})[0]).to.equal('PASS')
  })

  it('find default accounts with a token, and pods that have mounted one', () => {
    const open = named('ServiceAccount', 'default', {}, 'lab')
    const serviceAccounts = [...MADE.serviceAccounts, open]
    expect(verdictOf('5.1.5', {serviceAccounts})).to.deep.equal(['WARN', 'mounted in lab'])
    const of = (spec: NonNullable<PodToJudge['spec']>) =>
      verdictOf('5.1.6', {serviceAccounts, pods: [{...named('Pod', 'p', {}, 'lab'), spec}]})[0]
    expect(of({serviceAccountName: 'default'})).to.equal('WARN')
    expect(of({automountServiceAccountToken: false})).to.equal('PASS')
    const closed = [{...open, automountServiceAccountToken: false}]
    const inLab = (spec: object) => [named('Pod', 'p', {spec}, 'lab')]
    expect(verdictOf('5.1.6', {serviceAccounts: closed, pods: inLab({})})[0]).to.equal('PASS')
    const insists = inLab({automountServiceAccountToken: true})
    expect(verdictOf('5.1.6', {serviceAccounts: closed, pods: insists})[1]).to.equal('mounts a token: lab/p')
  })

  it('find what pods have of the host, in whichever of their containers', () => {
    const securityContext = {privileged: true, allowPrivilegeEscalation: true}
    const open: Readonly<Record<string, PodToJudge>> = {
      '5.2.2': pod('a', {containers: [{name: 'c', securityContext}]}),
      '5.2.3': pod('a', {hostPID: true}),
      '5.2.4': pod('a', {hostIPC: true}),
      '5.2.5': pod('a', {hostNetwork: true}),
      '5.2.6': pod('a', {initContainers: [{name: 'c', securityContext: {allowPrivilegeEscalation: true}}]}),
    }
    for (const [id, one] of Object.entries(open)) {
      expect(verdictOf(id, {pods: [pod('b'), one]})[0], id).to.equal('WARN')
      expect(verdictOf(id, {pods: [pod('b'), one]})[1], id).to.match(/: kube-system\/a$/)
      expect(verdictOf(id, {pods: [pod('b')]}), id).to.have.property('0', 'PASS')
    }
    expect(verdictOf('5.2.3', {pods: []})).to.deep.equal(['NOT-APPLICABLE', 'there are no pods'])
  })
})

describe('the policies of a live API', () => {
  it("are read without khw's own checks, and everybody's rights are asked for", async () => {
    const pki = await testPki()
    const lists: Readonly<Record<string, readonly object[]>> = {
      '/api/v1/pods': [named('Pod', 'a', {}, 'khw-check-1'), named('Pod', 'b', {}, 'lab')],
      '/api/v1/namespaces': [named('Namespace', 'khw-check-1')],
      '/api/v1/serviceaccounts': [named('ServiceAccount', 'default', {}, 'khw-check-1')],
      '/apis/rbac.authorization.k8s.io/v1/roles': [],
      '/apis/rbac.authorization.k8s.io/v1/clusterroles': [named('ClusterRole', 'view')],
      '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings': [ADMIN],
    }
    const asked: unknown[] = []
    const server = await LoopbackApi.start(pki, ({method, path, query, body}) => {
      if (path === '/readyz') return READY
      if (method === 'POST') {
        asked.push(body)
        const {spec} = body as {spec: {resourceAttributes: {verb: string}}}
        return {status: 201, body: {...(body as object), status: {allowed: spec.resourceAttributes.verb === 'watch'}}}
      }
      if (path === '/api/v1/namespaces') expect(query.get('labelSelector')).to.equal('khw-check')
      return {body: {items: lists[path]}}
    })
    const api = new KubernetesApi({endpoints: [server.url], ca: pki.ca.certificate, ...pki.leaf('admin')})
    try {
      const facts = await readPolicies(api)
      expect(facts.pods.map(({metadata}) => metadata.name)).to.deep.equal(['b'])
      expect(facts.serviceAccounts).to.deep.equal([])
      expect(facts.clusterRoles).to.have.length(1)
      expect(facts.allowedToAll).to.deep.equal(['watch secrets'])
      expect(asked).to.have.length(4)
      expect(asked[0]).to.deep.include({
        kind: 'SubjectAccessReview',
        spec: {
          user: 'system:authenticated',
          groups: ['system:authenticated'],
          resourceAttributes: {verb: 'get', resource: 'secrets'},
        },
      })
    } finally {
      api.close()
      server.stop()
    }
  })
})
