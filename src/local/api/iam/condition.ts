import {glob, plain} from './glob.js'

/**
 * Compares a value of the request with one of the policy. What starts with `Not` is made of these (IAM User Guide, "IAM
 * JSON policy elements: Condition operators").
 */
const COMPARISONS: Readonly<Record<string, (actual: string, wanted: string) => boolean>> = {
  StringEquals: (actual, wanted) => actual === plain(wanted),
  StringEqualsIgnoreCase: (actual, wanted) => actual.toLowerCase() === plain(wanted).toLowerCase(),
  StringLike: (actual, wanted) => glob(wanted).test(actual),
  ArnEquals: (actual, wanted) => glob(wanted).test(actual),
  ArnLike: (actual, wanted) => glob(wanted).test(actual),
  Bool: (actual, wanted) => actual.toLowerCase() === wanted.toLowerCase(),
  NumericEquals: (actual, wanted) => Number(actual) === Number(wanted),
  NumericLessThan: (actual, wanted) => Number(actual) < Number(wanted),
  NumericLessThanEquals: (actual, wanted) => Number(actual) <= Number(wanted),
  NumericGreaterThan: (actual, wanted) => Number(actual) > Number(wanted),
  NumericGreaterThanEquals: (actual, wanted) => Number(actual) >= Number(wanted),
  DateEquals: (actual, wanted) => timeOf(actual) === timeOf(wanted),
  DateLessThan: (actual, wanted) => timeOf(actual) < timeOf(wanted),
  DateLessThanEquals: (actual, wanted) => timeOf(actual) <= timeOf(wanted),
  DateGreaterThan: (actual, wanted) => timeOf(actual) > timeOf(wanted),
  DateGreaterThanEquals: (actual, wanted) => timeOf(actual) >= timeOf(wanted),
}

/** Operators that hold where another one does not. */
const NEGATIONS: Readonly<Record<string, string>> = {
  StringNotEquals: 'StringEquals',
  StringNotEqualsIgnoreCase: 'StringEqualsIgnoreCase',
  StringNotLike: 'StringLike',
  ArnNotEquals: 'ArnEquals',
  ArnNotLike: 'ArnLike',
  NumericNotEquals: 'NumericEquals',
  DateNotEquals: 'DateEquals',
}

interface Operator {
  readonly set: 'ForAllValues' | 'ForAnyValue' | undefined
  /** Without prefix and suffix. */
  readonly name: string
  readonly ifExists: boolean
}

export function isOperator(text: string): boolean {
  const {name, ifExists, set} = operatorOf(text)
  if (name === 'Null') return !ifExists && set === undefined
  return Object.hasOwn(COMPARISONS, name) || Object.hasOwn(NEGATIONS, name)
}

/** Whether a condition holds for the values that a request has for its key; undefined if it has none. */
export function holds(operator: string, actual: readonly string[] | undefined, wanted: readonly string[]): boolean {
  const {set, name, ifExists} = operatorOf(operator)
  if (name === 'Null') return wanted.includes(actual === undefined ? 'true' : 'false')
  const negated = Object.hasOwn(NEGATIONS, name)
  const compare = COMPARISONS[NEGATIONS[name] ?? name]
  if (compare === undefined) return false
  const fits = (value: string): boolean => wanted.some(one => compare(value, one)) !== negated
  if (set === 'ForAllValues') return (actual ?? []).every(fits)
  if (actual === undefined) return set === undefined && (ifExists || negated)
  return set === undefined && negated ? actual.every(fits) : actual.some(fits)
}

function operatorOf(text: string): Operator {
  const [, set, name = text, ifExists] = /^(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?$/.exec(text) ?? []
  return {set: set as Operator['set'], name, ifExists: ifExists !== undefined}
}

/** Milliseconds of an ISO 8601 date, or of seconds since 1970. */
function timeOf(text: string): number {
  return /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text)
}
