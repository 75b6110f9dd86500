import {holds} from './condition.js'
import type {AccessContext} from './access-context.js'
import {glob} from './glob.js'
import type {Condition, Patterns, Statement} from './policy-document.js'

/** One thing that somebody wants to do to one resource. A call is as many of them as it has resources. */
export interface AccessRequest {
  /** `ec2:CreateVpc` */
  readonly action: string
  /** An ARN, or `*` for what is about no resource. */
  readonly resource: string
  readonly context: AccessContext
}

/** As SimulatePrincipalPolicy names them. */
export type Decision = 'allowed' | 'explicitDeny' | 'implicitDeny'

/**
 * What identity policies say to a request: who is denied it is denied it, and what nobody allows is not allowed (IAM User
 * Guide, "Policy evaluation logic"). A condition on something that the request says nothing about, because this region
 * has no notion of it, never lets anything through: it keeps an Allow from holding, and does not keep a Deny from it. The
 * same goes for variables; and an Allow does not hold either where a variable of it has no value.
 */
export function evaluate(statements: readonly Statement[], request: AccessRequest): Decision {
  const applying = statements.filter(statement => applies(statement, request))
  if (applying.some(({effect}) => effect === 'Deny')) return 'explicitDeny'
  return applying.some(({effect}) => effect === 'Allow') ? 'allowed' : 'implicitDeny'
}

/** Condition keys that statements about this request ask for and that it has no value of, as they are written. */
export function missingKeys(statements: readonly Statement[], request: AccessRequest): string[] {
  const asked = statements.filter(statement => concerns(statement, request)).flatMap(({conditions}) => conditions)
  return [...new Set(asked.map(({key}) => key))].filter(key => request.context.get(key) === undefined)
}

function applies(statement: Statement, request: AccessRequest): boolean {
  const {effect, resources, conditions} = statement
  const {context} = request
  if (!namesAction(statement, request)) return false
  const texts = [...(resources?.patterns ?? []), ...conditions.flatMap(({values}) => values)]
  if (effect === 'Allow' && texts.some(text => context.hasGap(text))) return false
  return (
    concerns(statement, request) &&
    conditions.every(condition =>
      context.isKnown(condition.key) && !condition.values.some(value => context.hasUnknown(value))
        ? fulfils(condition, context)
        : effect === 'Deny',
    )
  )
}

/** Resources that are named by what is not known are all that there are: of a Deny, as an Allow does not get here. */
function concerns(statement: Statement, request: AccessRequest): boolean {
  const {resources} = statement
  const {resource, context} = request
  return (
    namesAction(statement, request) &&
    (resources === undefined ||
      resources.patterns.some(pattern => context.hasUnknown(pattern)) ||
      matches(resources, pattern => {
        const filled = context.fillIn(pattern)
        return filled !== undefined && glob(filled).test(resource)
      }))
  )
}

function namesAction({actions: {expressions, not}}: Statement, {action}: AccessRequest): boolean {
  return expressions.some(expression => expression.test(action)) !== not
}

function matches({not, patterns}: Patterns, test: (pattern: string) => boolean): boolean {
  return patterns.some(test) !== not
}

function fulfils({operator, key, values}: Condition, context: AccessContext): boolean {
  // A value with a variable that has no value equals nothing.
  const wanted = values.flatMap(value => context.fillIn(value) ?? [])
  return holds(operator, context.get(key), wanted)
}
