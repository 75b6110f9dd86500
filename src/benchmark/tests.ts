import type {Finding} from './check.js'
import {fileAt, filesBelow, flagOf, type FileFact, type NodeFacts, type Program} from './facts.js'

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
    if (running === undefined) return {ok: false, found: `${program} does not run`}
    return judged(`--${name}`, flagOf(running.argv, name), wish)
  }
}

/** A setting of a program that runs: a flag, or where it is not given a field of the file that `--config` names. */
export function setting(program: Program, name: string, field: string, wish: Wish): Test {
  return facts => {
    const running = facts.programs.get(program)
    if (running === undefined) return {ok: false, found: `${program} does not run`}
    const given = flagOf(running.argv, name)
    if (given !== undefined) return judged(`--${name}`, given, wish)
    const file = flagOf(running.argv, 'config')
    return judged(field, file === undefined ? undefined : fieldOf(facts.documents.get(file), field), wish)
  }
}

/** Every one of them. */
export function all(...tests: readonly Test[]): Test {
  return facts => {
    const findings = tests.map(test => test(facts))
    const wrong = findings.filter(({ok}) => ok !== true)
    const told = wrong.length === 0 ? findings : wrong
    return {ok: wrong.length === 0 ? true : wrong[0]?.ok, found: told.map(({found}) => found).join(', ')}
  }
}

/** Where files are: a path, or what the node itself says. Undefined: it does not say. */
type Place = string | ((facts: NodeFacts) => string | undefined)

export function unitOf(program: Program): Place {
  return facts => facts.programs.get(program)?.unit
}

export function fileOfFlag(program: Program, name: string, fallback?: string): Place {
  return facts => flagOf(facts.programs.get(program)?.argv ?? [], name) ?? fallback
}

export function modeAtMost(most: number, ...places: readonly Place[]): Test {
  return facts => ofFiles(facts, places, file => [(file.mode & ~most) === 0, octal(file.mode)])
}

export function ownedBy(owner: string, ...places: readonly Place[]): Test {
  return facts => ofFiles(facts, places, file => [file.owner === owner, file.owner])
}

/** Of everything below a directory whose name ends so, of which there must be something. */
export function treeMode(directory: string, ending: string, most: number): Test {
  return facts => ofTree(facts, directory, ending, file => [(file.mode & ~most) === 0, octal(file.mode)])
}

export function treeOwner(directory: string, owner: string): Test {
  return facts => ofTree(facts, directory, '', file => [file.owner === owner, file.owner])
}

type Look = (file: FileFact) => [ok: boolean, found: string]

/** The first place must have a file; others are looked at where there is one. */
function ofFiles(facts: NodeFacts, places: readonly Place[], look: Look): Finding {
  const paths = places.map(place => (typeof place === 'string' ? place : place(facts)))
  const [first] = paths
  if (first === undefined) return {ok: false, found: 'the program that uses it does not run'}
  if (!fileAt(facts, first)) return {ok: false, found: `${first} does not exist`}
  const files = paths.flatMap(path => (path === undefined ? [] : (fileAt(facts, path) ?? [])))
  return told(files, look)
}

function ofTree(facts: NodeFacts, directory: string, ending: string, look: Look): Finding {
  const files = filesBelow(facts, directory).filter(({path}) => path.endsWith(ending))
  if (files.length === 0) return {ok: false, found: `there is no ${directory}${ending === '' ? '' : `/*${ending}`}`}
  return told(files, look)
}

const MOST_NAMED = 3

function told(files: readonly FileFact[], look: Look): Finding {
  const seen = files.map(file => ({path: file.path, look: look(file)}))
  const wrong = seen.filter(({look: [ok]}) => !ok)
  if (wrong.length === 0) {
    const [first] = seen
    const values = [...new Set(seen.map(({look: [, value]}) => value))].sort()
    return {
      ok: true,
      found:
        seen.length === 1 && first ? `${first.path} ${values.join()}` : `${seen.length} files: ${values.join(', ')}`,
    }
  }
  const named = wrong.slice(0, MOST_NAMED).map(({path, look: [, value]}) => `${path} ${value}`)
  const more = wrong.length > named.length ? ` and ${wrong.length - named.length} more` : ''
  return {ok: false, found: `${named.join(', ')}${more}`}
}

function judged(name: string, value: string | undefined, {wants, met}: Wish): Finding {
  const ok = met(value)
  const is = value === undefined ? `${name} is not set` : `${name}=${value}`
  return {ok, found: ok ? is : `${is}; wanted: ${wants}`}
}

function elementsOf(value: string | undefined): readonly string[] {
  return (value ?? '').split(',').map(each => each.trim())
}

function octal(mode: number): string {
  return mode.toString(8).padStart(3, '0')
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
