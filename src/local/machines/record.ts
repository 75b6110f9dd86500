import {readFile, readdir} from 'node:fs/promises'
import {join} from 'node:path'
import {writeFileAtomically} from '../../write-file.js'
import type {ProcessIdentity} from '../../process-identity.js'

/** What is kept on disk of one machine, so that a new daemon finds it again. */
export interface MachineRecord {
  readonly instanceId: string
  readonly hostname: string
  /** The process that runs the machine and starts it again when it reboots; absent until the first start. */
  readonly supervisor?: ProcessIdentity
}

const FILE = 'machine.json'

export async function writeRecord(directory: string, record: MachineRecord): Promise<void> {
  await writeFileAtomically(join(directory, FILE), `${JSON.stringify(record)}\n`, 0o600)
}

/** Undefined if there is no such machine. */
export async function readRecord(directory: string): Promise<MachineRecord | undefined> {
  const text = await readFile(join(directory, FILE), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : parseRecord(text)
}

/** All machines below a directory. */
export async function readRecords(machines: string): Promise<MachineRecord[]> {
  const names = await readdir(machines).catch(() => [])
  const records = await Promise.all(names.map(name => readRecord(join(machines, name))))
  return records.filter(record => record !== undefined)
}

/** Throws SyntaxError for anything that `writeRecord` did not write. */
export function parseRecord(text: string): MachineRecord {
  const value: unknown = JSON.parse(text)
  if (!isObject(value)) throw new SyntaxError('a machine record is an object')
  const {instanceId, hostname, supervisor} = value
  if (typeof instanceId !== 'string' || typeof hostname !== 'string')
    throw new SyntaxError('a machine record has an instanceId and a hostname')
  if (supervisor === undefined) return {instanceId, hostname}
  if (!isObject(supervisor) || typeof supervisor['pid'] !== 'number' || typeof supervisor['startTime'] !== 'string')
    throw new SyntaxError('a supervisor has a pid and a startTime')
  return {instanceId, hostname, supervisor: {pid: supervisor['pid'], startTime: supervisor['startTime']}}
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
