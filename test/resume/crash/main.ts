/**
 * The crash matrix (`npm run test:crash`): khw is killed by SIGKILL at every point of a create with three controllers and
 * three workers, and of its destroy: before and after each call that changes something, between its being done and its
 * answer, and round each remote command and each record of the journal. Each time it has to go on as if nothing had been,
 * and its destroy has to leave the region as it was.
 *
 * The region is the project's own, behind the real SDK and real sockets. Its machines are simulated: they understand khw's
 * own commands and nothing else, and prove nothing about clusters. Real ones are made in test/e2e.
 */
import {spawnSync} from 'node:child_process'
import {existsSync, mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {namespaceArguments} from './lane-process.js'
import {optionsOf, USAGE, type Options} from './options.js'
import {summary} from './report.js'
import {runMatrix} from './run-matrix.js'

const root = process.geteuid?.() === 0

/** Why the matrix cannot run here; undefined: it can. */
function obstacle(): string | undefined {
  if (process.platform !== 'linux') return 'its machines listen on addresses of 127.0.0.0/8, which only Linux has'
  const tried = spawnSync('unshare', [...namespaceArguments(root), 'ip', 'link', 'set', 'lo', 'up'], {encoding: 'utf8'})
  if (tried.status === 0) return undefined
  const why = tried.error?.message ?? tried.stderr.trim()
  return `its machines need a network namespace to listen on port 22 in, and ${root ? '' : 'without root '}none can be made: ${why}`
}

function parsed(): Options | undefined {
  try {
    return optionsOf(process.argv.slice(2))
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`)
    return undefined
  }
}

async function main(): Promise<number> {
  const options = parsed()
  if (!options) return 2
  const why = obstacle()
  if (why !== undefined) {
    console.log(`The whole crash matrix is skipped: ${why}.`)
    return process.env['CI'] === 'true' && root && process.platform === 'linux' ? 1 : 0
  }
  const startedAt = Date.now()
  // Thousands of small files are written and flushed; none of them has to outlive a loss of power.
  const directory = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'khw-crash-'))
  const remove = (): void => {
    rmSync(directory, {recursive: true, force: true, maxRetries: 5})
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))
  process.once('exit', remove)
  const outcomes = await runMatrix({
    ...options,
    directory,
    root,
    tell: text => {
      console.log(text)
    },
  })
  console.log(summary(outcomes, (Date.now() - startedAt) / 1000))
  return outcomes.length > 0 && outcomes.every(outcome => outcome.failures.length === 0) ? 0 : 1
}

process.exitCode = await main()
