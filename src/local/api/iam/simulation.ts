import type {PolicyHolder} from '../../iam-model.js'
import type {RegionState} from '../../model.js'
import {queryAction} from '../action.js'
import {ApiError} from '../api-error.js'
import type {Parameters} from '../parameters.js'
import type {XmlElement} from '../xml.js'
import {AccessContext} from './access-context.js'
import {roleArn, userArn} from './arns.js'
import {statementsOf, type SourcedStatement} from './caller-policies.js'
import {evaluate, missingKeys} from './evaluate.js'
import {own} from './lookup.js'
import {noSuchEntity} from './names.js'
import {iamList, iamPage} from './paging.js'
import {parsePolicy} from './policy-document.js'

interface Simulation {
  readonly actions: readonly string[]
  readonly resources: readonly string[]
  readonly values: Readonly<Record<string, readonly string[]>>
  readonly policies: readonly SourcedStatement[]
  readonly page: ReturnType<typeof iamPage>
}

/** What policies would say (IAM API Reference, "SimulatePrincipalPolicy"): nothing is called, and all keys count as known. */
export const simulationActions = [
  queryAction(
    'SimulatePrincipalPolicy',
    parameters => {
      parameters.ignore('CallerArn', 'ResourceHandlingOption')
      return {source: parameters.required('PolicySourceArn'), ...simulationOf(parameters)}
    },
    ({source, ...simulation}, {store: {state}}) => {
      const holder = holderOf(state, source)
      const common = {
        'aws:PrincipalArn': [source],
        ...('userName' in holder && typeof holder.userName === 'string' ? {'aws:username': [holder.userName]} : {}),
      }
      return simulate({
        ...simulation,
        values: {...common, ...simulation.values},
        policies: [...statementsOf(state, holder), ...simulation.policies],
      })
    },
  ),
  queryAction('SimulateCustomPolicy', simulationOf, simulation => {
    if (simulation.policies.length === 0) throw new ApiError('InvalidInput', 'PolicyInputList must not be empty.')
    return simulate(simulation)
  }),
]

function simulationOf(parameters: Parameters): Simulation {
  const actions = parameters.list('ActionNames')
  for (const name of actions)
    if (!/^[a-z0-9-]+:[A-Za-z0-9]+$/i.test(name)) throw new ApiError('InvalidInput', `Invalid Action: ${name}`)
  if (actions.length === 0) throw new ApiError('ValidationError', 'ActionNames must not be empty')
  const resources = parameters.list('ResourceArns')
  const entries = parameters.groups('ContextEntries').map(entry => {
    entry.ignore('ContextKeyType')
    return [entry.required('ContextKeyName'), entry.list('ContextKeyValues')] as const
  })
  const policies = parameters
    .list('PolicyInputList')
    .flatMap((text, i) =>
      parsePolicy(text, 'identity').map(statement => ({statement, sourceId: `PolicyInputList.${i + 1}`})),
    )
  return {
    actions,
    resources: resources.length === 0 ? ['*'] : resources,
    values: Object.fromEntries(entries),
    policies,
    page: iamPage(parameters),
  }
}

function simulate({actions, resources, values, policies, page}: Simulation): XmlElement {
  const context = new AccessContext(values)
  const statements = policies.map(({statement}) => statement)
  const pairs = actions.flatMap(action => resources.map(resource => ({action, resource, context})))
  const numbered = pairs.map((request, i) => ({request, id: String(i).padStart(6, '0')}))
  return iamList('EvaluationResults', numbered, page, {
    idOf: ({id}) => id,
    show: ({request}) => ({
      EvalActionName: request.action,
      EvalResourceName: request.resource,
      EvalDecision: evaluate(statements, request),
      MatchedStatements: policies
        .filter(({statement}) => evaluate([statement], request) !== 'implicitDeny')
        .map(({sourceId}) => ({SourcePolicyId: sourceId})),
      MissingContextValues: missingKeys(statements, request),
    }),
  })
}

/** Throws NoSuchEntity, and InvalidInput for what has no policies of its own, such as the root. */
function holderOf(state: RegionState, source: string): PolicyHolder {
  const [, kind, name] = /^arn:aws:iam::\d{12}:(user|role)\/(?:.*\/)?([^/]+)$/.exec(source) ?? []
  if (kind === undefined || name === undefined) throw new ApiError('InvalidInput', `Invalid Entity Arn: ${source}`)
  const user = kind === 'user' ? own(state.users, name) : undefined
  const role = kind === 'role' ? own(state.roles, name) : undefined
  if (user && userArn(state, user) === source) return user
  if (role && roleArn(state, role) === source) return role
  throw noSuchEntity(`${source} does not exist.`)
}
