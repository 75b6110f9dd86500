import type {Finding} from './check.js'
import {flagOf, type NodeFacts, type Program} from './facts.js'

export type Test = (facts: NodeFacts) => Finding

/** What a value must be; undefined stands for a setting that is not made. */
export interface Wish {
  readonly wants: string
  readonly met: (value: string | undefined) => boolean
}

export const isSet: Wish = {wants: 'it set', met: value => value !== undefined && value !== ''}
export const isUnset: Wish = {wants: 'it not set', met: value => value === undefined}

export function is(wanted: string): Wish {
  return {wants: wanted, met: value => value?.toLowerCase() === wanted}
}

export function isNot(unwanted: string): Wish {
  return {wants: `not ${unwanted}`, met: value => value?.toLowerCase() !== unwanted}
}

/** Of a list, elements by comma. */
export function isSetAndNot(unwanted: string): Wish {
  const {wants, met} = isNot(unwanted)
  return {wants, met: value => value !== undefined && met(value)}
}

export function has(element: string): Wish {
  return {wants: element, met: value => elementsOf(value).includes(element)}
}

export function lacks(element: string): Wish {
  return {wants: `no ${element}`, met: value => !elementsOf(value).includes(element)}
}

export function only(allowed: readonly string[]): Wish {
  return {
    wants: `nothing but ${allowed.join(', ')}`,
    met: value => value !== undefined && value !== '' && elementsOf(value).every(each => allowed.includes(each)),
  }
}

export function atLeast(least: number): Wish {
  return {
    wants: `${least} or more`,
    met: value => value !== undefined && /^-?\d+$/.test(value) && Number(value) >= least,
  }
}

export function orUnset({wants, met}: Wish): Wish {
  return {wants: `${wants} or unset`, met: value => value === undefined || met(value)}
}

/** A flag of a program that runs. */
export function flag(program: Program, name: string, wish: Wish): Test {
  return facts => {
    const running = facts.programs.get(program)
    if (running === undefined) return stopped(program)
    return judged(program, `--${name}`, flagOf(running.argv, name), wish)
  }
}

/** A setting of a program that runs: a flag, or where it is not given a field of the file that `--config` names. */
export function setting(program: Program, name: string, field: string, wish: Wish): Test {
  return facts => {
    const running = facts.programs.get(program)
    if (running === undefined) return stopped(program)
    const given = flagOf(running.argv, name)
    if (given !== undefined) return judged(program, `--${name}`, given, wish)
    const file = flagOf(running.argv, 'config')
    return judged(program, field, file === undefined ? undefined : fieldOf(facts.documents.get(file), field), wish)
  }
}

/** Every one of them. */
export function all(...tests: readonly Test[]): Test {
  return facts => {
    const findings = tests.map(test => test(facts))
    const wrong = findings.filter(({ok}) => ok !== true)
    const told = wrong.length === 0 ? findings : wrong
    const [first] = wrong
    return {
      ok: first === undefined ? true : first.ok,
      found: told.map(({found}) => found).join(', '),
      ...(first?.remedy && {remedy: first.remedy}),
    }
  }
}

export function stopped(program: Program): Finding {
  return {ok: false, found: `${program} does not run`, remedy: {mend: [`systemctl start ${program}`]}}
}

function judged(program: Program, name: string, value: string | undefined, {wants, met}: Wish): Finding {
  const is = value === undefined ? `${name} is not set` : `${name}=${value}`
  if (met(value)) return {ok: true, found: is}
  return {ok: false, found: `${is}; wanted: ${wants}`, remedy: {look: `systemctl cat ${program} --no-pager`}}
}

function elementsOf(value: string | undefined): readonly string[] {
  return (value ?? '').split(',').map(each => each.trim())
}

/** `authentication.anonymous.enabled` of a document; a list is joined by commas. Undefined if it is not there. */
export function fieldOf(document: unknown, path: string): string | undefined {
  let value = document
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as Readonly<Record<string, unknown>>)[key]
  }
  if (value === undefined || value === null) return undefined
  if (Array.isArray(value)) return value.map(String).join(',')
  return typeof value === 'string' ? value : JSON.stringify(value)
}
