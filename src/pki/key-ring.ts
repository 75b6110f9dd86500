import {KhwError} from '../errors.js'
import type {SecretStore} from './secret-store.js'

/** A key of a ring: `key-1` is the one that the cluster was made with, `key-2` the one of its first rotation. */
export interface RingKey {
  readonly name: string
  /** As its kind has it: base64, or PEM. */
  readonly text: string
}

/** What the keys of one purpose are. The first of them is in use; while they are rotated there is a second. */
export interface KeyKind {
  /** Its name in the secret store. */
  readonly file: string
  draw(): Promise<string>
  /** Whether a text is one of its keys. */
  fits(text: string): boolean
  /** What nothing else can do; set, no other key is drawn in the place of one that does not fit. */
  readonly alone?: string
  /** What has to be kept of a key that is in use no more, to understand what it was used for. */
  retired(text: string): string
}

/** `draw`: the new one has not been drawn. `known`: it is second. `in-use`: it is first. `dropped`: it is the only one. */
export type RotationStage = 'draw' | 'known' | 'in-use' | 'dropped'

const FIRST = 'key-1'

/** Empty if none was ever drawn. */
export async function readRing(secrets: SecretStore, {file}: KeyKind): Promise<readonly RingKey[]> {
  return parseRing((await secrets.read(file)) ?? '')
}

/**
 * As in the file, drawn once for a cluster. Not for callers at the same time before it was drawn: each would draw its own.
 * Throws JOURNAL_UNREADABLE where the file is damaged and another key would be of no use.
 */
export async function ensureRing(secrets: SecretStore, kind: KeyKind): Promise<readonly [RingKey, ...RingKey[]]> {
  const [first, ...others] = await readRing(secrets, kind)
  if (first && kind.fits(first.text)) return [first, ...others]
  if (first && kind.alone !== undefined) throw damaged(kind.file, kind.alone)
  const drawn = {name: FIRST, text: await kind.draw()}
  await secrets.write(kind.file, ringText([drawn]))
  return [drawn]
}

/** How far a ring is on its way from the key of the name `from` to the next. */
export function stageOf(ring: readonly RingKey[], from: string): RotationStage {
  const [first, second] = ring
  if (first?.name === from) return second ? 'known' : 'draw'
  return second ? 'in-use' : 'dropped'
}

/**
 * Takes a ring one stage further on its way from the key of the name `from`; `dropped` stays. One write, so that whoever
 * is killed has done it or not: no second key is drawn for one rotation.
 */
export async function advanceRing(secrets: SecretStore, kind: KeyKind, from: string): Promise<void> {
  const ring = await ensureRing(secrets, kind)
  const [first, second] = ring
  const write = (keys: readonly RingKey[]): Promise<void> => secrets.write(kind.file, ringText(keys))
  switch (stageOf(ring, from)) {
    case 'draw':
      return write([first, {name: nextName(first.name), text: await kind.draw()}])
    case 'known':
      return write([...(second ? [second] : []), {...first, text: kind.retired(first.text)}])
    case 'in-use':
      return write([first])
    case 'dropped':
      return
  }
}

/** Of a ring with two keys, the name of the one that is on its way out; undefined if there is none. */
export function leavingKey(ring: readonly RingKey[]): string | undefined {
  if (ring.length < 2) return undefined
  return ring.map(({name}) => name).sort((a, b) => numberOf(a) - numberOf(b))[0]
}

/** The one in use. Throws JOURNAL_UNREADABLE where there is none: it is drawn when a cluster is made, and only then. */
export async function keyInUse(secrets: SecretStore, kind: KeyKind): Promise<RingKey> {
  const [first] = await readRing(secrets, kind)
  if (first) return first
  throw new KhwError(
    'JOURNAL_UNREADABLE',
    `${kind.file} is missing, and no other key can take its place.`,
    cures(kind.file),
  )
}

function damaged(file: string, alone: string): KhwError {
  return new KhwError('JOURNAL_UNREADABLE', `${file} is damaged, and no other key ${alone}.`, cures(file))
}

function cures(file: string): [string, string] {
  return [
    `Put ${file} back into the cluster's directory`,
    'Or take the cluster down with khw destroy and create it again',
  ]
}

function nextName(name: string): string {
  return `key-${numberOf(name) + 1}`
}

function numberOf(name: string): number {
  return Number(name.replace('key-', ''))
}

/** A line `# key-2` before each key; `key-1` alone goes without it, as in clusters that have never seen a rotation. */
function ringText(keys: readonly RingKey[]): string {
  const [only] = keys
  if (keys.length === 1 && only?.name === FIRST) return `${only.text.trimEnd()}\n`
  return keys.map(({name, text}) => `# ${name}\n${text.trimEnd()}\n`).join('')
}

function parseRing(text: string): readonly RingKey[] {
  const parts = text.split(/^# (key-\d+)\n/m)
  const [unnamed = '', ...named] = parts
  if (unnamed.trim() !== '') return [{name: FIRST, text: unnamed}]
  return named.flatMap((name, i) => (i % 2 === 0 ? [{name, text: named[i + 1] ?? ''}] : []))
}
