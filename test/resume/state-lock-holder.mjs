// Takes a lock again and again, and says on stdout when it is in and when it is about to leave.
// Usage: node state-lock-holder.mjs LOCK-MODULE DIRECTORY ROUNDS
import {readFileSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

const [module, directory, rounds] = process.argv.slice(2)
const {acquireLock} = await import(module)
const inside = join(directory, 'inside')
let refused = 0
for (let round = 0; round < Number(rounds);) {
  let lock
  try {
    lock = acquireLock(directory, 'khw create')
  } catch (error) {
    if (error.code !== 'LOCKED') throw error
    refused++
    continue
  }
  // Fails if the other is in. What a killed holder left is its own.
  const left = owner(inside)
  if (left !== undefined && isAlive(left)) throw new Error(`${left} is inside as well`)
  writeFileSync(inside, String(process.pid))
  for (let i = 0; i < 20; i++) if (owner(inside) !== process.pid) throw new Error('somebody else came in')
  rmSync(inside)
  lock.release()
  round++
}
process.stdout.write(`${JSON.stringify({refused})}\n`)

function owner(file) {
  try {
    return Number(readFileSync(file, 'utf8')) || undefined
  } catch {
    return undefined
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
