import {ApiError} from '../api-error.js'
import {isOperator} from './condition.js'
import {glob, type Glob} from './glob.js'

/** What a statement of a policy says (IAM User Guide, "IAM JSON policy elements reference"). */
export interface Statement {
  readonly sid: string | undefined
  readonly effect: 'Allow' | 'Deny'
  /** Such as `ec2:Describe*`, in any case. */
  readonly actions: {readonly not: boolean; readonly expressions: readonly Glob[]}
  /** Patterns of ARNs. Undefined in the trust policy of a role, which is about the role. */
  readonly resources: Patterns | undefined
  /** Of the trust policy of a role. */
  readonly principals: readonly Principal[]
  readonly conditions: readonly Condition[]
}

export interface Patterns {
  /** All but these. */
  readonly not: boolean
  readonly patterns: readonly string[]
}

export interface Principal {
  /** `AWS`, `Service`, or `*` for anybody. */
  readonly type: string
  readonly id: string
}

export interface Condition {
  /** `StringEquals`, `ForAllValues:StringLikeIfExists` */
  readonly operator: string
  readonly key: string
  readonly values: readonly string[]
}

/** `identity`: of users and roles, with resources. `trust`: who may take on a role, with principals. */
export type PolicyKind = 'identity' | 'trust'

const ELEMENTS = ['Sid', 'Effect', 'Action', 'NotAction', 'Resource', 'NotResource', 'Principal', 'Condition']

/** Reads a policy of JSON. Throws MalformedPolicyDocument, which says what is wrong with it. */
export function parsePolicy(text: string, kind: PolicyKind): readonly Statement[] {
  const document = parseJson(text)
  if (!isRecord(document)) throw malformed('Syntax errors in policy.')
  const {Version = '2008-10-17', Statement} = document
  if (Version !== '2012-10-17' && Version !== '2008-10-17')
    throw malformed(`The policy must contain a valid version string, not ${JSON.stringify(Version)}.`)
  for (const name of Object.keys(document))
    if (!['Version', 'Id', 'Statement'].includes(name)) throw malformed(`Syntax errors in policy: ${name} is unknown.`)
  const statements = Array.isArray(Statement) ? (Statement as unknown[]) : [Statement]
  if (statements.length === 0) throw malformed('Syntax errors in policy: there is no statement.')
  return statements.map(statement => parseStatement(statement, kind))
}

function parseStatement(value: unknown, kind: PolicyKind): Statement {
  if (!isRecord(value)) throw malformed('Syntax errors in policy: a statement must be an object.')
  for (const name of Object.keys(value))
    if (!ELEMENTS.includes(name)) throw malformed(`Syntax errors in policy: ${name} is unknown.`)
  const {Sid, Effect, Principal} = value
  if (Sid !== undefined && (typeof Sid !== 'string' || !/^[A-Za-z0-9]*$/.test(Sid)))
    throw malformed('Statement IDs (SID) must be alpha-numeric.')
  if (Effect !== 'Allow' && Effect !== 'Deny') throw malformed('Syntax errors in policy: Effect must be Allow or Deny.')
  const actions = patternsOf(value, 'Action')
  if (actions === undefined) throw malformed('Policy statement must contain actions.')
  for (const pattern of actions.patterns)
    if (pattern !== '*' && !/^[a-z0-9-]+:[a-z0-9*?]+$/i.test(pattern))
      throw malformed(`Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.: ${pattern}`)
  const resources = patternsOf(value, 'Resource')
  if (kind === 'identity') {
    if (Principal !== undefined) throw malformed('Policy document should not specify a principal.')
    if (resources === undefined) throw malformed('Policy statement must contain resources.')
    for (const pattern of resources.patterns)
      if (pattern !== '*' && pattern.split(':').length < 6)
        throw malformed(`Resource ${pattern} must be in ARN format or "*".`)
  } else {
    if (resources !== undefined) throw malformed('Has prohibited field Resource')
    if (Principal === undefined) throw malformed('Policy document must specify a principal.')
  }
  return {
    sid: Sid,
    effect: Effect,
    // Compiled once: a simulation asks hundreds of times.
    actions: {
      not: actions.not,
      expressions: actions.patterns.map(pattern => glob(pattern, {ignoreCase: true})),
    },
    resources,
    principals: Principal === undefined ? [] : principalsOf(Principal),
    conditions: value['Condition'] === undefined ? [] : conditionsOf(value['Condition']),
  }
}

function patternsOf(statement: Record<string, unknown>, name: 'Action' | 'Resource'): Patterns | undefined {
  const given = statement[name]
  const excluded = statement[`Not${name}`]
  if (given !== undefined && excluded !== undefined)
    throw malformed(`Syntax errors in policy: ${name} and Not${name} exclude each other.`)
  if (given !== undefined) return {not: false, patterns: textsOf(given, name)}
  return excluded === undefined ? undefined : {not: true, patterns: textsOf(excluded, `Not${name}`)}
}

function principalsOf(value: unknown): Principal[] {
  if (value === '*') return [{type: '*', id: '*'}]
  if (!isRecord(value)) throw malformed('Invalid principal in policy.')
  return Object.entries(value).flatMap(([type, ids]) => {
    if (!['AWS', 'Service'].includes(type)) throw malformed(`Invalid principal in policy: "${type}"`)
    return textsOf(ids, type).map(id => ({type, id}))
  })
}

function conditionsOf(value: unknown): Condition[] {
  if (!isRecord(value)) throw malformed('Syntax errors in policy: Condition must be an object.')
  return Object.entries(value).flatMap(([operator, keys]) => {
    if (!isOperator(operator)) throw malformed(`Invalid Condition type : ${operator}.`)
    if (!isRecord(keys)) throw malformed(`Syntax errors in policy: ${operator} must be an object.`)
    return Object.entries(keys).map(([key, values]) => {
      if (!key.includes(':')) throw malformed(`Actions/Conditions must be prefaced by a vendor: ${key}`)
      return {operator, key, values: textsOf(values, key)}
    })
  })
}

/** One text or a list of them; numbers and booleans count as what they look like. */
function textsOf(value: unknown, name: string): string[] {
  const values = Array.isArray(value) ? (value as unknown[]) : [value]
  return values.map(one => {
    if (typeof one === 'string' || typeof one === 'number' || typeof one === 'boolean') return String(one)
    throw malformed(`Syntax errors in policy: ${name} must be a text or a list of texts.`)
  })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw malformed('This policy contains invalid Json')
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function malformed(message: string): ApiError {
  return new ApiError('MalformedPolicyDocument', message)
}
