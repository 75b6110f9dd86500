import type {Finding} from './check.js'
import {fileAt, filesBelow, flagOf, type FileFact, type NodeFacts, type Program} from './facts.js'
import {stopped, type Test} from './tests.js'

/** Where files are: a path, or what the node itself says. Undefined: it does not say, as `program` does not run. */
export type Place = string | {readonly program: Program; readonly path: (facts: NodeFacts) => string | undefined}

export function unitOf(program: Program): Place {
  return {program, path: facts => facts.programs.get(program)?.unit}
}

export function fileOfFlag(program: Program, name: string, fallback?: string): Place {
  return {program, path: facts => flagOf(facts.programs.get(program)?.argv ?? [], name) ?? fallback}
}

export function modeAtMost(most: number, ...places: readonly Place[]): Test {
  return facts => ofFiles(facts, places, modeOf(most))
}

export function ownedBy(owner: string, ...places: readonly Place[]): Test {
  return facts => ofFiles(facts, places, ownerOf(owner))
}

/** Of everything below a directory whose name ends so, of which there must be something. */
export function treeMode(directory: string, ending: string, most: number): Test {
  return facts => ofTree(facts, directory, ending, modeOf(most))
}

export function treeOwner(directory: string, owner: string): Test {
  return facts => ofTree(facts, directory, '', ownerOf(owner))
}

/** Of a file: what it has, and by which command it would have what is wanted. */
type Look = (file: FileFact) => {readonly ok: boolean; readonly is: string; readonly command: string}

function modeOf(most: number): Look {
  return ({mode}) => ({ok: (mode & ~most) === 0, is: octal(mode), command: `chmod ${octal(mode & most)}`})
}

function ownerOf(wanted: string): Look {
  return ({owner}) => ({ok: owner === wanted, is: owner, command: `chown ${wanted}`})
}

/** The first place must have a file; others are looked at where there is one. */
function ofFiles(facts: NodeFacts, places: readonly Place[], look: Look): Finding {
  const paths = places.map(place => (typeof place === 'string' ? place : place.path(facts)))
  const [[first, path] = []] = places.map((place, i) => [place, paths[i]] as const)
  if (path === undefined) {
    const found = 'the program that uses it does not run'
    return typeof first === 'object' ? {...stopped(first.program), found} : {ok: false, found}
  }
  if (!fileAt(facts, path)) return {ok: false, found: `${path} does not exist`, remedy: {resend: true}}
  return told(
    paths.flatMap(each => (each === undefined ? [] : (fileAt(facts, each) ?? []))),
    look,
  )
}

function ofTree(facts: NodeFacts, directory: string, ending: string, look: Look): Finding {
  const files = filesBelow(facts, directory).filter(({path}) => path.endsWith(ending))
  if (files.length > 0) return told(files, look)
  const found = `there is no ${directory}${ending === '' ? '' : `/*${ending}`}`
  return {ok: false, found, remedy: {resend: true}}
}

const MOST_NAMED = 3

function told(files: readonly FileFact[], look: Look): Finding {
  const seen = files.map(file => ({path: file.path, ...look(file)}))
  const wrong = seen.filter(({ok}) => !ok)
  if (wrong.length === 0) {
    const [first] = seen
    const values = [...new Set(seen.map(({is}) => is))].sort()
    return {
      ok: true,
      found:
        seen.length === 1 && first ? `${first.path} ${values.join()}` : `${seen.length} files: ${values.join(', ')}`,
    }
  }
  const named = wrong.slice(0, MOST_NAMED).map(({path, is}) => `${path} ${is}`)
  const more = wrong.length > named.length ? ` and ${wrong.length - named.length} more` : ''
  const commands = [...new Set(wrong.map(({command}) => command))].map(command =>
    [command, ...wrong.filter(each => each.command === command).map(({path}) => path)].join(' '),
  )
  return {ok: false, found: `${named.join(', ')}${more}`, remedy: {mend: commands}}
}

function octal(mode: number): string {
  return mode.toString(8).padStart(3, '0')
}
