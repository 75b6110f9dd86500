import type {KubernetesObject} from '../kubernetes/objects.js'
import type {Finding} from './check.js'
import type {ContainerToJudge, PodToJudge, PolicyFacts, RoleObject} from './policy-facts.js'

const CLUSTER_ADMIN = 'cluster-admin'
const MOST_NAMED = 3

/** 5.1.1: who else has the role than Kubernetes' own binding of that name. */
export function clusterAdmins({clusterRoleBindings}: PolicyFacts): Finding {
  const others = clusterRoleBindings.filter(
    ({metadata, roleRef}) => roleRef.name === CLUSTER_ADMIN && metadata.name !== CLUSTER_ADMIN,
  )
  const told = others.map(({metadata, subjects = []}) => {
    const who = subjects.map(({kind, name}) => `${kind} ${name}`).join(', ')
    return `${metadata.name} (${who === '' ? 'nobody' : who})`
  })
  return {
    ok: others.length === 0,
    found: others.length === 0 ? 'bound by its own binding only' : `bound by ${named(told)}`,
  }
}

/** 5.1.2 and 5.1.4: none of it is allowed to whoever has signed in. */
export function notAllowedToAll(...deeds: readonly string[]): (facts: PolicyFacts) => Finding {
  return ({allowedToAll}) => {
    const allowed = deeds.filter(deed => allowedToAll.includes(deed))
    const told = (allowed.length === 0 ? deeds : allowed).join(', ')
    return {
      ok: allowed.length === 0,
      found: `${told}: ${allowed.length === 0 ? 'not ' : ''}allowed to all who have signed in`,
    }
  }
}

/** 5.1.3: a role with nothing but `*` in one of its lists. Some of Kubernetes' own have it, so that no cluster passes. */
export function wildcards({roles, clusterRoles}: PolicyFacts): Finding {
  const wide = [...roles, ...clusterRoles].filter(hasWildcard)
  const own = wide.filter(isOfKubernetes)
  const others = wide.filter(role => !isOfKubernetes(role))
  const told = others.length === 0 ? 'no other' : named(others.map(nameOf))
  return {ok: wide.length === 0, found: `in ${own.length} of Kubernetes' own roles, and in ${told}`}
}

function hasWildcard({rules}: RoleObject): boolean {
  const lists = (rules ?? []).flatMap(rule => [rule.verbs, rule.apiGroups, rule.resources, rule.nonResourceURLs])
  return lists.some(list => list?.length === 1 && list[0] === '*')
}

/** By the label that the API server puts on the roles it begins with. */
function isOfKubernetes({metadata: {labels = {}}}: RoleObject): boolean {
  return labels['kubernetes.io/bootstrapping'] === 'rbac-defaults'
}

/** 5.1.5: every namespace's `default` account says that its token is not mounted. */
export function defaultAccounts({serviceAccounts}: PolicyFacts): Finding {
  const all = serviceAccounts.filter(({metadata}) => metadata.name === 'default')
  const open = all.filter(({automountServiceAccountToken}) => automountServiceAccountToken !== false)
  if (open.length === 0) return {ok: true, found: `no token of the default account in ${all.length} namespaces`}
  return {ok: false, found: `mounted in ${named(open.map(({metadata}) => metadata.namespace ?? ''))}`}
}

/** 5.1.6: which pods have a token; a pod's own word counts before its account's. */
export function mountedTokens(facts: PolicyFacts): Finding {
  const accounts = new Map(facts.serviceAccounts.map(account => [nameOf(account), account]))
  return ofPods(facts, 'mounts a token', pod => {
    const {spec = {}, metadata} = pod
    const account = accounts.get(`${metadata.namespace ?? ''}/${spec.serviceAccountName ?? 'default'}`)
    return spec.automountServiceAccountToken ?? account?.automountServiceAccountToken ?? true
  })
}

/** 5.2.3 to 5.2.5. */
export function sharesWithHost(what: 'hostPID' | 'hostIPC' | 'hostNetwork'): (facts: PolicyFacts) => Finding {
  return facts => ofPods(facts, `has ${what}`, ({spec}) => spec?.[what] === true)
}

/** 5.2.2 and 5.2.6, of whichever container of a pod. */
export function hasContainer(what: 'privileged' | 'allowPrivilegeEscalation'): (facts: PolicyFacts) => Finding {
  return facts =>
    ofPods(facts, `has ${what}`, pod => containersOf(pod).some(each => each.securityContext?.[what] === true))
}

function containersOf({spec = {}}: PodToJudge): readonly ContainerToJudge[] {
  const {containers = [], initContainers = [], ephemeralContainers = []} = spec
  return [...containers, ...initContainers, ...ephemeralContainers]
}

function ofPods({pods}: PolicyFacts, does: string, isOpen: (pod: PodToJudge) => boolean): Finding {
  if (pods.length === 0) return {ok: undefined, found: 'there are no pods'}
  const open = pods.filter(isOpen)
  if (open.length === 0) return {ok: true, found: `none of ${pods.length} pods ${does}`}
  return {ok: false, found: `${does}: ${named(open.map(nameOf))}`}
}

function nameOf({metadata: {namespace, name}}: KubernetesObject): string {
  return namespace === undefined ? name : `${namespace}/${name}`
}

function named(names: readonly string[]): string {
  const more = names.length - MOST_NAMED
  return `${names.slice(0, MOST_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}
