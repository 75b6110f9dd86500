import {awsErrorCode, classOf} from '../../aws/errors.js'
import {guestGrants, OPERATOR_GRANTS, type Grant} from '../../aws/permissions/grants.js'
import {SESSION_MANAGER_GRANTS} from '../../aws/permissions/session-manager-grants.js'
import {simulateGrant, type Simulated} from '../../aws/permissions/simulation.js'
import type {ClusterSpec} from '../../cluster/spec.js'
import {KhwError, messageOf} from '../../errors.js'
import type {Check, Passed, PreflightContext} from './check.js'
import {TRIALS, type Trial} from './trials.js'

/** What it takes to ask IAM. */
const ASKING = 'iam:SimulatePrincipalPolicy'

/** `doubtful`: EC2 refuses it of what does not exist, which says nothing of what is khw's. */
type Verdict = 'allowed' | 'refused' | 'doubtful' | 'unclear'

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
    const having = (...verdicts: readonly Verdict[]): string[] =>
      [...trials].flatMap(([action, verdict]) => (verdicts.includes(verdict) ? action : []))
    const refused = new Set(having('refused'))
    const unclear = new Set(having('doubtful', 'unclear'))
    for (const [action, verdict] of simulated.verdicts) {
      if (verdict === 'allowed') unclear.delete(action)
      if (verdict === 'denied' && trials.get(action) !== 'allowed') refused.add(action)
    }
    const {ssm} = context.spec
    if (ssm === true && !isRoot(arn))
      for (const action of SESSION_MANAGER_GRANTS.flatMap(({actions}) => actions))
        if (!simulated.verdicts.has(action)) unclear.add(action)
    const fix = `See all that is needed with: khw iam policy${ssm === true ? ' --ssm' : ''}`
    // Whoever may do everything has no such trials.
    const doubtful = having('doubtful').filter(action => unclear.has(action))
    if (refused.size === 0 && simulated.mayNotAsk && doubtful.length > 0)
      throw new KhwError(
        'AWS_AUTH',
        `${arn} lacks a permission: ${ASKING}. Without it nobody can tell before whether these are allowed: ${doubtful.join(', ')}.`,
        [fix],
      )
    const missing = [...refused].sort()
    if (missing.length > 0)
      throw new KhwError(
        'AWS_AUTH',
        `${arn} lacks ${missing.length === 1 ? 'a permission' : 'permissions'}: ${missing.join(', ')}.`,
        [fix],
      )
    return passed(new Set(trials.keys()), [...unclear], simulated)
  },
}

function passed(trials: ReadonlySet<string>, unclear: readonly string[], {verdicts, why}: Asked): Passed {
  const certain = [...trials].filter(action => !unclear.includes(action))
  const tried = `${certain.length} of ${trials.size} calls that change something are allowed`
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
    if (code === 'UnauthorizedOperation') return trial.certain ? 'refused' : 'doubtful'
    if (classOf(error) === 'auth') throw error
    return isRoot((await facts.caller()).arn) ? 'allowed' : 'unclear'
  }
}

interface Asked {
  /** By action; none if nobody was asked. */
  readonly verdicts: ReadonlyMap<string, Simulated>
  /** Why not, or not all that there is to ask. */
  readonly why?: string
  /** Whether that is for want of a permission. */
  readonly mayNotAsk?: boolean
}

async function asked(arn: string, context: PreflightContext): Promise<Asked> {
  const {clients, spec, access, signal} = context
  const {region} = access
  const verdicts = new Map<string, Simulated>()
  if (isRoot(arn)) return {verdicts}
  const principal = await principalOf(arn, {clients, signal})
  if (principal === undefined) return {verdicts, why: `${arn} has no policies of its own`}
  const grants = grantsFor(spec)
  const answers = await Promise.allSettled(grants.map(grant => askAbout(grant, {clients, principal, region, signal})))
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
  if (failure === undefined) return {verdicts}
  return {verdicts, why: messageOf(failure.error), mayNotAsk: classOf(failure.error) === 'auth'}
}

/** The root of an account needs no permission; only its organization can take some away. */
function isRoot(arn: string): boolean {
  return arn.endsWith(':root')
}

/** What this cluster needs of what khw may need. */
function grantsFor({loadBalancer, spot, network, ssm}: ClusterSpec): readonly Grant[] {
  // What asking takes is proven by an answer, and whose name its resource has depends on who asks.
  const isNeeded = (action: string): boolean =>
    action !== ASKING && (loadBalancer === 'nlb' || !action.startsWith('elasticloadbalancing:'))
  const guest = guestGrants(network.existing === undefined ? [] : [network.existing.vpcId])
  return [...OPERATOR_GRANTS, ...guest, ...(ssm === true ? SESSION_MANAGER_GRANTS : [])]
    .filter(({actions, impliedBy = actions, only}) => impliedBy.some(isNeeded) && (only === undefined || spot === true))
    .map(grant => ({...grant, actions: grant.actions.filter(isNeeded)}))
}

type Asking = Pick<Parameters<typeof simulateGrant>[1], 'clients' | 'signal'>

/** Making a role that is there already is something nobody has to be allowed. */
async function askAbout(
  grant: Grant,
  options: Parameters<typeof simulateGrant>[1],
): Promise<ReadonlyMap<string, Simulated>> {
  const found = await simulateGrant(grant, options)
  const {linkedRole, actions} = grant
  if (linkedRole === undefined || [...found.values()].every(verdict => verdict === 'allowed')) return found
  return (await roleArn(linkedRole, options)) === undefined ? found : new Map(actions.map(name => [name, 'allowed']))
}

/** Undefined if there is no such role, or nobody may say. Throws what is not an answer. */
async function roleArn(RoleName: string, {clients: {iam}, signal}: Asking): Promise<string | undefined> {
  try {
    return (await iam.getRole({RoleName}, {abortSignal: signal})).Role?.Arn
  } catch (error) {
    if (awsErrorCode(error) === undefined) throw error
    return undefined
  }
}

/** An action that stands in several rows needs them all. */
function worse(a: Simulated | undefined, b: Simulated): Simulated {
  return a === 'denied' || b === 'denied' ? 'denied' : a === 'unclear' || b === 'unclear' ? 'unclear' : 'allowed'
}

/**
 * Whose policies hold: of a session with a role, those of the role. Those of IAM Identity Center have a path, with its
 * region if that is not us-east-1 (IAM Identity Center User Guide, "Referencing permission sets in resource policies").
 */
async function principalOf(arn: string, asking: Asking): Promise<string | undefined> {
  if (/^arn:[^:]+:iam::\d+:user\//.test(arn)) return arn
  const [, partition, account, role] = /^arn:([^:]+):sts::(\d+):assumed-role\/([^/]+)\//.exec(arn) ?? []
  if (partition === undefined || account === undefined || role === undefined) return undefined
  const named = (path: string): string => `arn:${partition}:iam::${account}:role/${path}${role}`
  if (!role.startsWith('AWSReservedSSO_')) return named('')
  return (await roleArn(role, asking)) ?? named('aws-reserved/sso.amazonaws.com/')
}
