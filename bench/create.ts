/**
 * Times a 3+3 cluster in the local region, as whole processes: `npm run bench [-- --runs 3] [-- --cold]`. `--cold` begins with an
 * empty cache, so that it makes the machine image and gets or builds the programs. Needs root.
 */
import {execFileSync} from 'node:child_process'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {parseArgs} from 'node:util'

const BIN = fileURLToPath(new URL('../bin/run.js', import.meta.url))
const {values} = parseArgs({options: {runs: {type: 'string', default: '3'}, cold: {type: 'boolean', default: false}}})
const runs = values.cold ? 1 : Number(values.runs)

interface Sample {
  readonly create: number
  readonly again: number
  readonly destroy: number
}

/** One cluster in a home of its own: seconds of create, of a second create, and of destroy. */
function sample(): Sample {
  const home = mkdtempSync(join(tmpdir(), 'khw-bench-'))
  const env = {
    ...process.env,
    KHW_HOME: join(home, 'data'),
    ...(values.cold ? {KHW_CACHE: join(home, 'cache')} : {}),
  }
  const seconds = (...args: string[]): number => {
    const start = process.hrtime.bigint()
    execFileSync(process.execPath, [BIN, ...args], {env, stdio: ['ignore', 'ignore', 'inherit']})
    return Number(process.hrtime.bigint() - start) / 1e9
  }
  const create = ['create', '--name', 'bench', '--provider', 'local', '--controllers', '3', '--workers', '3', '--yes']
  try {
    return {create: seconds(...create), again: seconds(...create), destroy: seconds('destroy', 'bench', '--yes')}
  } finally {
    execFileSync(process.execPath, [BIN, 'local', 'reset', '--yes'], {env, stdio: 'ignore'})
    rmSync(home, {recursive: true, force: true})
  }
}

const samples = Array.from({length: runs}, sample)
for (const what of ['create', 'again', 'destroy'] as const) {
  const sorted = samples.map(s => s[what]).sort((a, b) => a - b)
  const [min = 0, median = 0, max = 0] = [0, Math.floor(runs / 2), runs - 1].map(i => sorted[i])
  const range = `${min.toFixed(1)} to ${max.toFixed(1)}`
  process.stdout.write(`${what.padEnd(8)} median ${median.toFixed(1)} s, ${range} s, ${runs} runs\n`)
}
