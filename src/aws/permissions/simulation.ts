import type {ContextEntry, EvaluationResult} from '@aws-sdk/client-iam'
import type {AwsClients} from '../clients.js'
import type {Grant} from './grants.js'

export interface SimulationOptions {
  readonly clients: Pick<AwsClients, 'iam'>
  /** ARN of a user or a role, whose policies are asked. */
  readonly principal: string
  readonly region: string
  readonly signal: AbortSignal
}

/** `unclear`: a policy asks for something that a simulation cannot know, such as the caller's address. */
export type Simulated = 'allowed' | 'denied' | 'unclear'

/** Types of EC2's resources that khw makes: what a grant without a type of its own is tried on. */
const EC2_TYPES = [
  'instance',
  'internet-gateway',
  'key-pair',
  'network-interface',
  'route-table',
  'security-group',
  'subnet',
  'volume',
  'vpc',
]

/**
 * What the policies of a principal say to all that a grant allows, by action, as if everything were as the grant wants it:
 * tagged, encrypted, in the region (IAM API Reference, "SimulatePrincipalPolicy"). Throws what the SDK throws.
 */
export async function simulateGrant(
  grant: Grant,
  {clients, principal, region, signal}: SimulationOptions,
): Promise<ReadonlyMap<string, Simulated>> {
  const results: EvaluationResult[] = []
  let Marker: string | undefined
  do {
    const page = await clients.iam.simulatePrincipalPolicy(
      {
        PolicySourceArn: principal,
        ActionNames: [...grant.actions],
        ResourceArns: resourcesOf(grant, principal, region),
        ContextEntries: contextOf(grant, region),
        MaxItems: 1000,
        ...(Marker === undefined ? {} : {Marker}),
      },
      {abortSignal: signal},
    )
    results.push(...(page.EvaluationResults ?? []))
    Marker = page.Marker
  } while (Marker)
  return new Map(
    grant.actions.map(action => [
      action,
      verdictOn(
        results.filter(r => r.EvalActionName === action),
        grant,
      ),
    ]),
  )
}

/** A row for one action names the resources of one call, all of which it needs; one for several names those of any of them. */
function verdictOn(results: readonly EvaluationResult[], {actions}: Grant): Simulated {
  const isAllowed = ({EvalDecision}: EvaluationResult): boolean => EvalDecision === 'allowed'
  if (actions.length === 1 && results.length > 0 ? results.every(isAllowed) : results.some(isAllowed)) return 'allowed'
  const lacking = results.filter(result => !isAllowed(result))
  return lacking.some(({MissingContextValues = []}) => MissingContextValues.length > 0) ? 'unclear' : 'denied'
}

function resourcesOf({resources, condition, actions}: Grant, principal: string, region: string): string[] {
  const [, partition = 'aws', , , account = ''] = principal.split(':')
  const arn = (type: string): string => `arn:${partition}:ec2:${region}:${account}:${type}/khw`
  const isEc2 = actions.every(action => action.startsWith('ec2:'))
  const named = resources ?? ['*']
  if (named.includes('*')) return isEc2 && condition !== undefined ? EC2_TYPES.map(arn) : ['*']
  return named.map(resource => {
    if (!resource.startsWith('arn:')) return arn(resource)
    const [, , service = '', where = '', owner = '', ...rest] = resource.split(':')
    const id = rest.join(':').replaceAll('*', 'khw')
    return ['arn', partition, service, where && region, owner && account, id].join(':')
  })
}

function contextOf({condition = {}}: Grant, region: string): ContextEntry[] {
  const asked = Object.entries(condition).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, value]): ContextEntry => {
      const values = [value].flat().map(text => text.replaceAll('*', 'khw'))
      const isSet = operator.startsWith('ForA')
      return {
        ContextKeyName: key,
        ContextKeyValues: isSet ? values : values.slice(0, 1),
        ContextKeyType: operator === 'Bool' ? 'boolean' : isSet ? 'stringList' : 'string',
      }
    }),
  )
  return [...asked, {ContextKeyName: 'aws:RequestedRegion', ContextKeyValues: [region], ContextKeyType: 'string'}]
}
