/**
 * Times a 3+3 cluster in the local region, as whole processes: `npm run bench -- [--runs 3] [--cold] [--latency ec2]`. `--cold`
 * begins with an empty cache, so that it makes the machine image and gets or builds the programs; with `--latency ec2` the
 * region takes as long as EC2 for calls, launches and load balancers. Needs root.
 */
import {execFileSync} from 'node:child_process'
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {setTimeout as sleep} from 'node:timers/promises'
import {parseArgs} from 'node:util'
import type {ClusterReport} from '../src/cluster/report.js'
import {LOAD_BALANCER_CHECK} from '../src/steps/load-balancer/check.js'

const BIN = fileURLToPath(new URL('../bin/run.js', import.meta.url))
const {values} = parseArgs({
  options: {
    runs: {type: 'string', default: '3'},
    cold: {type: 'boolean', default: false},
    latency: {type: 'string', default: 'none'},
  },
})
const runs = values.cold ? 1 : Number(values.runs)

interface Sample {
  readonly create: number
  /** From the start of create until the load balancer leads to the API too; create does not wait for it. */
  readonly balanced: number
  readonly again: number
  readonly destroy: number
  /** Step ids, first to last. */
  readonly criticalPath: readonly string[]
}

/** One cluster in a home of its own: seconds of create, of its load balancer, of a second create, and of destroy, and what took create so long. */
async function sample(): Promise<Sample> {
  const home = mkdtempSync(join(tmpdir(), 'khw-bench-'))
  const env = {
    ...process.env,
    KHW_HOME: join(home, 'data'),
    ...(values.cold ? {KHW_CACHE: join(home, 'cache')} : {}),
  }
  const timed = (...args: string[]): {readonly seconds: number; readonly output: string} => {
    const start = process.hrtime.bigint()
    const output = execFileSync(process.execPath, [BIN, ...args], {env, stdio: ['ignore', 'pipe', 'inherit']})
    return {seconds: Number(process.hrtime.bigint() - start) / 1e9, output: output.toString()}
  }
  const shape = ['--provider', 'local', '--controllers', '3', '--workers', '3']
  const create = ['create', '--name', 'bench', ...shape, '--yes', '--json']
  try {
    if (values.latency !== 'none') {
      const settings = join(home, 'settings.json')
      writeFileSync(settings, JSON.stringify({latency: values.latency}))
      timed('local', 'faults', settings)
    }
    const start = process.hrtime.bigint()
    const {seconds, output} = timed(...create)
    const {criticalPath} = JSON.parse(output) as Pick<Sample, 'criticalPath'>
    const isBalanced = (): boolean => {
      const {checks} = JSON.parse(timed('status', 'bench', '--json').output) as Pick<ClusterReport, 'checks'>
      return checks.some(({name, ok}) => name === LOAD_BALANCER_CHECK && ok)
    }
    while (!isBalanced()) await sleep(1_000)
    return {
      criticalPath,
      create: seconds,
      balanced: Number(process.hrtime.bigint() - start) / 1e9,
      again: timed(...create).seconds,
      destroy: timed('destroy', 'bench', '--yes').seconds,
    }
  } finally {
    execFileSync(process.execPath, [BIN, 'local', 'reset', '--yes'], {env, stdio: 'ignore'})
    rmSync(home, {recursive: true, force: true})
  }
}

const samples: Sample[] = []
while (samples.length < runs) samples.push(await sample())
for (const what of ['create', 'balanced', 'again', 'destroy'] as const) {
  const sorted = samples.map(s => s[what]).sort((a, b) => a - b)
  const [min = 0, median = 0, max = 0] = [0, Math.floor(runs / 2), runs - 1].map(i => sorted[i])
  const range = `${min.toFixed(1)} to ${max.toFixed(1)}`
  process.stdout.write(`${what.padEnd(8)} median ${median.toFixed(1)} s, ${range} s, ${runs} runs\n`)
}
process.stdout.write(`critical path of the last create: ${samples.at(-1)?.criticalPath.join(' → ') ?? ''}\n`)
