import {awsErrorCode, classOf} from '../../aws/errors.js'
import {guestGrants, OPERATOR_GRANTS, type Grant} from '../../aws/permissions/grants.js'
import {simulateGrant, type Simulated} from '../../aws/permissions/simulation.js'
import type {ClusterSpec} from '../../cluster/spec.js'
import {KhwError, messageOf} from '../../errors.js'
import type {Check, Passed, PreflightContext} from './check.js'
import {TRIALS, type Trial} from './trials.js'

type Verdict = 'allowed' | 'refused' | 'unclear'

/** Without these, something is not checked; the create goes on. */
const OPTIONAL = /^(servicequotas|iam):/

/**
 * What the caller may do, found out in two ways: each EC2 call that changes something is tried with DryRun, and IAM is
 * asked what the caller's policies say to all that khw calls. What EC2 itself says to a trial counts for more.
 */
export const permissions: Check = {
  name: 'permissions',
  signedIn: true,

  async run(context) {
    const {arn} = await context.facts.caller()
    const [trials, simulated] = await Promise.all([tried(context), asked(arn, context)])
    const refused = new Set([...trials].flatMap(([action, verdict]) => (verdict === 'refused' ? action : [])))
    const unclear = new Set([...trials].flatMap(([action, verdict]) => (verdict === 'unclear' ? action : [])))
    for (const [action, verdict] of simulated.verdicts) {
      if (verdict === 'allowed') unclear.delete(action)
      if (verdict === 'denied' && trials.get(action) !== 'allowed') refused.add(action)
    }
    const missing = [...refused].filter(action => !OPTIONAL.test(action)).sort()
    if (missing.length > 0)
      throw new KhwError(
        'AWS_AUTH',
        `${arn} lacks ${missing.length === 1 ? 'a permission' : 'permissions'}: ${missing.join(', ')}.`,
        ['See all that is needed with: khw iam policy'],
      )
    return passed(trials.size, [...unclear], simulated)
  },
}

function passed(count: number, unclear: readonly string[], {verdicts, why}: Asked): Passed {
  const tried = `${count - unclear.length} of ${count} calls that change something are allowed`
  if (unclear.length === 0 && why === undefined)
    return {detail: `${tried}, by trial${verdicts.size > 0 ? ' and by policy' : ''}`}
  const doubt = unclear.length === 0 ? '' : `; it is not certain of ${unclear.join(', ')}`
  return {
    detail: `${tried}${doubt}${why === undefined ? '' : ` (policies not checked, or not all of them: ${why})`}`,
    fix: 'Nothing, if the policy is that of: khw iam policy',
  }
}

async function tried(context: PreflightContext): Promise<ReadonlyMap<string, Verdict>> {
  const verdicts = TRIALS.map(async trial => [`ec2:${trial.operation}`, await verdictOn(trial, context)] as const)
  return new Map(await Promise.all(verdicts))
}

/** A complaint of something else says nothing of permissions: EC2 may look for what is named before it asks who wants it. */
async function verdictOn(trial: Trial, context: PreflightContext): Promise<Verdict> {
  const {clients, facts, spec, signal} = context
  try {
    await trial.call(clients.ec2, spec, {abortSignal: signal})
    return 'unclear'
  } catch (error) {
    const code = awsErrorCode(error)
    if (code === undefined) throw error
    if (code === 'DryRunOperation') return 'allowed'
    if (code === 'UnauthorizedOperation') return trial.certain ? 'refused' : 'unclear'
    if (classOf(error) === 'auth') throw error
    return isRoot((await facts.caller()).arn) ? 'allowed' : 'unclear'
  }
}

interface Asked {
  /** By action; none if nobody was asked. */
  readonly verdicts: ReadonlyMap<string, Simulated>
  /** Why not, or not all that there is to ask. */
  readonly why?: string
}

async function asked(arn: string, {clients, spec, access: {region}, signal}: PreflightContext): Promise<Asked> {
  const verdicts = new Map<string, Simulated>()
  if (isRoot(arn)) return {verdicts}
  const principal = principalOf(arn)
  if (principal === undefined) return {verdicts, why: `${arn} has no policies of its own`}
  const grants = grantsFor(spec)
  const answers = await Promise.allSettled(
    grants.map(grant => simulateGrant(grant, {clients, principal, region, signal})),
  )
  let failure: {readonly error: unknown} | undefined
  for (const [i, {actions}] of grants.entries()) {
    const answer = answers[i]
    if (answer?.status === 'rejected') {
      if (awsErrorCode(answer.reason) === undefined) throw answer.reason
      failure ??= {error: answer.reason}
    }
    const found = answer?.status === 'fulfilled' ? answer.value : undefined
    for (const action of actions) verdicts.set(action, worse(verdicts.get(action), found?.get(action) ?? 'unclear'))
  }
  return failure === undefined ? {verdicts} : {verdicts, why: messageOf(failure.error)}
}

/** The root of an account needs no permission; only its organization can take some away. */
function isRoot(arn: string): boolean {
  return arn.endsWith(':root')
}

/** What this cluster needs of what khw may need. */
function grantsFor({loadBalancer, network}: ClusterSpec): readonly Grant[] {
  const changesElb = (action: string): boolean => /^elasticloadbalancing:(?!Describe)/.test(action)
  // That is what asking takes: an answer proves it, and whose name its resource has depends on who asks.
  const isAsking = (action: string): boolean => action === 'iam:SimulatePrincipalPolicy'
  const guest = guestGrants(network.existing === undefined ? [] : [network.existing.vpcId])
  return [...OPERATOR_GRANTS, ...guest].filter(
    ({actions}) => !actions.every(isAsking) && (loadBalancer === 'nlb' || !actions.every(changesElb)),
  )
}

/** An action that stands in several rows needs them all. */
function worse(a: Simulated | undefined, b: Simulated): Simulated {
  return a === 'denied' || b === 'denied' ? 'denied' : a === 'unclear' || b === 'unclear' ? 'unclear' : 'allowed'
}

/** Whose policies hold: of a session with a role, those of the role. The roles of IAM Identity Center have a path. */
function principalOf(arn: string): string | undefined {
  if (/^arn:[^:]+:iam::\d+:user\//.test(arn)) return arn
  const [, partition, account, role] = /^arn:([^:]+):sts::(\d+):assumed-role\/([^/]+)\//.exec(arn) ?? []
  if (partition === undefined || account === undefined || role === undefined) return undefined
  const path = role.startsWith('AWSReservedSSO_') ? 'aws-reserved/sso.amazonaws.com/' : ''
  return `arn:${partition}:iam::${account}:role/${path}${role}`
}
