import type {ClusterNode, Role} from '../cluster/addressing.js'
import type {ClusterTraits, NodeFacts} from './facts.js'

/** `WARN`: something that a person has to judge, or a manual check of the benchmark that its test does not pass. */
export type State = 'PASS' | 'FAIL' | 'WARN' | 'NOT-APPLICABLE'

/** What a test saw. `ok` undefined: there is nothing that it could be about. */
export interface Finding {
  readonly ok: boolean | undefined
  readonly found: string
  /** Of what is not as it should be. */
  readonly remedy?: Remedy
}

/** `mend`: what root types on the node, and then it is right. `look`: what shows root more of it. `resend`: the node lacks a file of khw's. */
export type Remedy = {readonly mend: readonly string[]} | {readonly look: string} | {readonly resend: true}

/** One check of the CIS Kubernetes Benchmark 1.12 that looks at nodes, with the numbers and rules that kube-bench gives it. */
export interface NodeCheck {
  readonly id: string
  /** In khw's words. */
  readonly title: string
  /** Automated ones fail; a manual one that does not pass is for a person to judge. */
  readonly automated: boolean
  readonly on: Role
  /** Why such a cluster cannot pass it; undefined where it can. */
  readonly beyond?: (about: ClusterTraits) => string | undefined
  /** Left out of what no program can tell: then `judge` says what a person has to look at. */
  readonly test?: (facts: NodeFacts) => Finding
  readonly judge?: string
}

export interface Verdict {
  readonly id: string
  readonly title: string
  readonly state: State
  readonly found: string
  /** No program can tell, of whatever cluster: then `found` says what a person has to look at. */
  readonly untested?: true
  /** What to type to put it right, or to see more of it: `khw create --name lab`; several commands with ` && ` between them. */
  readonly cure?: string
}

/** Worst first. */
const BY_WEIGHT: readonly State[] = ['FAIL', 'WARN', 'NOT-APPLICABLE', 'PASS']

/**
 * One check on all nodes that it is about: the worst state counts, and `found` names the nodes that are in it. What holds of
 * `silent` ones, which could not be asked, nobody knows: that is never a pass.
 */
export function verdictOf(
  check: NodeCheck,
  nodes: readonly NodeFacts[],
  silent: readonly Pick<ClusterNode, 'name' | 'role'>[] = [],
): Verdict {
  const {id, title, test, judge = ''} = check
  const looked = nodes.filter(({role}) => role === check.on)
  if (test === undefined) return {id, title, state: 'WARN', found: judge, untested: true}
  const unseen = silent.filter(({role}) => role === check.on)
  const seen = [
    ...looked.map(node => ({node: node.name, ...stateOn(check, test, node)})),
    ...unseen.map(({name}) => ({node: name, state: 'WARN' as const, found: 'could not be looked at'})),
  ]
  const state = BY_WEIGHT.find(each => seen.some(one => one.state === each)) ?? 'NOT-APPLICABLE'
  return {
    id,
    title,
    state,
    found: gathered(
      seen.filter(one => one.state === state),
      // Who could not be looked at is always named.
      unseen.length === 0 ? looked.length : Infinity,
    ),
  }
}

/** What is to be done about a check that does not pass, node by node. */
export function remediesOf(
  {on, test, beyond}: NodeCheck,
  nodes: readonly NodeFacts[],
): readonly {readonly node: string; readonly remedy: Remedy}[] {
  return nodes
    .filter(({role, about}) => role === on && beyond?.(about) === undefined)
    .flatMap(facts => {
      const {ok, remedy} = test?.(facts) ?? {ok: true}
      return ok === true || remedy === undefined ? [] : [{node: facts.name, remedy}]
    })
}

function stateOn(
  {automated, beyond}: NodeCheck,
  test: (facts: NodeFacts) => Finding,
  facts: NodeFacts,
): {state: State; found: string} {
  const {ok, found} = test(facts)
  if (ok === true) return {state: 'PASS', found}
  const why = beyond?.(facts.about)
  if (why !== undefined) return {state: 'NOT-APPLICABLE', found: why}
  return {state: ok === undefined ? 'NOT-APPLICABLE' : automated ? 'FAIL' : 'WARN', found}
}

/** `controller-1: a; controller-2, controller-3: b`; nodes are left out where all say the same. */
function gathered(seen: readonly {node: string; found: string}[], of: number): string {
  const texts = [...new Set(seen.map(({found}) => found))].map(found => {
    const who = seen.filter(one => one.found === found).map(({node}) => node)
    return {found, who: who.join(', ')}
  })
  const [only] = texts
  if (only === undefined) return 'there is no such node'
  return texts.length === 1 && seen.length === of
    ? only.found
    : texts.map(({who, found}) => `${who}: ${found}`).join('; ')
}
