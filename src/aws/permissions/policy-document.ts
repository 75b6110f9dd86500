/** A policy as IAM takes it (IAM User Guide, "IAM JSON policy elements reference"). */
export interface PolicyDocument {
  readonly Version: '2012-10-17'
  readonly Statement: readonly PolicyStatement[]
}

export interface PolicyStatement {
  /** Left out of a policy that would be too long with names; they mean nothing to IAM. */
  readonly Sid?: string
  readonly Effect: 'Allow'
  readonly Action: readonly string[]
  readonly Resource: string | readonly string[]
  readonly Condition?: PolicyCondition
}

/** Values by condition key by operator: `{StringEquals: {'aws:RequestTag/khw:managed': 'true'}}`. */
export type PolicyCondition = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>

/** Most characters of a customer managed policy, white space not counted (IAM User Guide, "IAM and AWS STS quotas"). */
export const MANAGED_POLICY_LIMIT = 6_144

/** Characters of a policy as IAM counts them. */
export function policySize(document: PolicyDocument): number {
  return JSON.stringify(document).replace(/\s/g, '').length
}

/**
 * The same permissions in fewer statements: those of the same resources and condition are one with the actions of all, and
 * those of the same actions and condition one with the resources of all. Nothing is allowed by that which was not before.
 */
export function merged(statements: readonly PolicyStatement[]): readonly PolicyStatement[] {
  const byResources = gathered(statements, ({Resource, Condition}) => [[Resource].flat().toSorted(), Condition])
  return gathered(byResources, ({Action, Condition}) => [Action, Condition])
}

function gathered(
  statements: readonly PolicyStatement[],
  keyOf: (statement: PolicyStatement) => unknown,
): readonly PolicyStatement[] {
  const groups = new Map<string, PolicyStatement[]>()
  for (const statement of statements) {
    const key = JSON.stringify(keyOf(statement))
    groups.set(key, [...(groups.get(key) ?? []), statement])
  }
  return [...groups.values()].map(([first, ...more]) => more.reduce(union, first as PolicyStatement))
}

function union(a: PolicyStatement, b: PolicyStatement): PolicyStatement {
  return {
    ...a,
    Sid: `${a.Sid ?? ''}And${b.Sid ?? ''}`,
    Action: [...new Set([...a.Action, ...b.Action])].sort(),
    Resource: oneOrMore([...new Set([a.Resource, b.Resource].flat())]),
  }
}

export function oneOrMore(values: readonly string[]): string | readonly string[] {
  const [only, ...more] = values
  return only === undefined || more.length > 0 ? values : only
}

/** Without the names of its statements. */
export function unnamed({Version, Statement}: PolicyDocument): PolicyDocument {
  return {
    Version,
    Statement: Statement.map(({Effect, Action, Resource, Condition}) => ({
      Effect,
      Action,
      Resource,
      ...(Condition && {Condition}),
    })),
  }
}
