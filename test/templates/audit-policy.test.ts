import {expect} from 'chai'
import {parse} from 'yaml'
import {auditPolicy} from '../../src/templates/audit-policy.js'

interface Rule {
  readonly level: string
  readonly users?: readonly string[]
  readonly userGroups?: readonly string[]
  readonly verbs?: readonly string[]
  readonly resources?: readonly {readonly group: string; readonly resources?: readonly string[]}[]
  readonly nonResourceURLs?: readonly string[]
}

interface Request {
  readonly user?: string
  readonly group?: string
  readonly verb: string
  /** `apps/deployments`, `/secrets`, `/pods/exec`: API group, resource, subresource. */
  readonly resource?: string
  readonly path?: string
}

/** As kube-apiserver chooses (pkg/audit/policy, `ruleMatches`): a rule without a list matches all of it. */
function levelOf({user = 'jane', group = 'people', verb, resource, path = ''}: Request): string | undefined {
  const {rules} = parse(auditPolicy()) as {rules: readonly Rule[]}
  const [apiGroup, ...names] = (resource ?? '').split('/')
  return rules.find(rule => {
    if (rule.users?.includes(user) === false || rule.userGroups?.includes(group) === false) return false
    if (rule.verbs?.includes(verb) === false) return false
    if (resource === undefined)
      return rule.nonResourceURLs?.some(url => path === url || (url.endsWith('*') && path.startsWith(url.slice(0, -1))))
    if (rule.nonResourceURLs !== undefined) return false
    return (
      rule.resources === undefined ||
      rule.resources.some(each => each.group === apiGroup && (each.resources?.includes(names.join('/')) ?? true))
    )
  })?.level
}

describe('the audit policy', () => {
  const node = {user: 'system:node:worker-1', group: 'system:nodes'}

  for (const [what, request, level] of [
    ['a secret that is read', {verb: 'get', resource: '/secrets'}, 'Metadata'],
    ['a secret that a node reads', {...node, verb: 'get', resource: '/secrets'}, 'Metadata'],
    ['a secret that is made, without its value', {verb: 'create', resource: '/secrets'}, 'Metadata'],
    ['a configuration that is changed', {verb: 'patch', resource: '/configmaps'}, 'Metadata'],
    ['a token, without itself', {verb: 'create', resource: '/serviceaccounts/token'}, 'Metadata'],
    ['a token that is asked about', {verb: 'create', resource: 'authentication.k8s.io/tokenreviews'}, 'Metadata'],
    ['a command in a pod', {verb: 'create', resource: '/pods/exec'}, 'Metadata'],
    ['a command in a pod, by websocket', {verb: 'get', resource: '/pods/exec'}, 'Metadata'],
    ['a forwarded port', {verb: 'create', resource: '/pods/portforward'}, 'Metadata'],
    ['a pod that is reached by proxy', {verb: 'get', resource: '/pods/proxy'}, 'Metadata'],
    ['a service that is reached by proxy', {verb: 'get', resource: '/services/proxy'}, 'Metadata'],
    ['a pod that is made', {verb: 'create', resource: '/pods'}, 'Request'],
    ['a deployment that is changed', {verb: 'patch', resource: 'apps/deployments'}, 'Request'],
    ['a role that is bound', {verb: 'create', resource: 'rbac.authorization.k8s.io/rolebindings'}, 'RequestResponse'],
    ['what else is changed', {verb: 'create', resource: 'certificates.k8s.io/certificatesigningrequests'}, 'Metadata'],
    ['what a node says of itself', {...node, verb: 'patch', resource: '/nodes/status'}, 'Metadata'],
    ['what a node watches', {...node, verb: 'watch', resource: '/pods'}, 'None'],
    ['a lease', {verb: 'update', resource: 'coordination.k8s.io/leases'}, 'None'],
    ['who asks for health', {verb: 'get', path: '/readyz'}, 'None'],
  ] satisfies [string, Request, string][]) {
    it(`keeps ${level} of ${what}`, () => {
      expect(levelOf(request)).to.equal(level)
    })
  }
})
