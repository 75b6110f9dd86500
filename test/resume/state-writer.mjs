// Records steps as fast as it can until it is killed; says on stdout which is on the disk.
// Usage: node state-writer.mjs JOURNAL-MODULE DIRECTORY
import {writeSync} from 'node:fs'

const [module, directory] = process.argv.slice(2)
const {Journal} = await import(module)
const journal = Journal.openToWrite(directory)
let serial = Math.max(0, ...Object.values(journal.steps).map(step => step.output.serial))
for (;;) {
  serial++
  const at = new Date().toISOString()
  const output = {serial, padding: 'x'.repeat(serial % 700)}
  // Forty steps, so that the file has the size of a real one and each is written again and again.
  const id = `compute/instance/worker-${serial % 40}`
  const seconds = 1
  journal.record(id, {status: 'done', inputs: 'i', output, generation: at, startedAt: at, seconds, waitedFor: null})
  writeSync(1, `${serial}\n`)
}
