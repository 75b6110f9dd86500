import {createHash} from 'node:crypto'
import {Readable} from 'node:stream'
import {extract} from 'tar-stream'
import type {Machine} from './machine.js'

/**
 * What khw's apply script does, on a machine in memory: the tables are read from the script itself, the files from its
 * standard input. Returns its standard output; throws with what it would say where it would fail.
 */
export async function apply(machine: Machine, script: string, input: Buffer): Promise<string> {
  const [manifest = [], units = []] = [...script.matchAll(/done <<'END'\n([\s\S]*?)END\n/g)].map(match =>
    rows(match[1]),
  )
  if (manifest.length === 0 || units.length === 0)
    throw new Error('the apply script has no tables where they used to be')
  const staged = await filesOf(input)
  const said: string[] = []
  for (const [mode = '', owner = '', sum = '', path = ''] of manifest) {
    const there = machine.files.get(path)
    if (there?.mode === mode && there.owner === owner && sha256(there.content) === sum) continue
    const content = staged.get(path)
    if (content === undefined || sha256(content) !== sum) throw new Error(`${path} arrived damaged`)
    machine.files.set(path, {content, mode, owner})
    said.push(JSON.stringify({changed: path}))
  }
  const wanted = new Set(manifest.map(([, , , path]) => path))
  for (const path of machine.files.keys()) {
    if (wanted.has(path)) continue
    machine.files.delete(path)
    machine.units.delete(path.replace(/^.*\//, ''))
    said.push(JSON.stringify({removed: path}))
  }
  for (const [unit = '', when = '', digest = ''] of units) {
    const running = machine.units.get(unit)
    if (running === digest || (running === undefined && when === 'later')) continue
    machine.start(unit, digest)
    said.push(JSON.stringify(running === undefined ? {started: unit} : {restarted: unit}))
  }
  machine.unitsChanged()
  return [...said, '{"applied":true}', ''].join('\n')
}

function rows(table: string | undefined): string[][] {
  return (table ?? '').split('\n').flatMap(line => (line === '' ? [] : [line.split(' ')]))
}

async function filesOf(tar: Buffer): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>()
  for await (const entry of Readable.from([tar]).pipe(extract())) {
    const chunks: Buffer[] = []
    for await (const chunk of entry) chunks.push(chunk as Buffer)
    files.set(`/${entry.header.name}`, Buffer.concat(chunks))
  }
  return files
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}
