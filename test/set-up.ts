/** Makes this machine ready for all tests, as the README's test command promises: what khw itself needs, and the tests' tools. */
import {execFileSync, spawnSync} from 'node:child_process'
import {fileURLToPath} from 'node:url'
import {whyNot} from './e2e/can-run.js'
import {buildSampleApiserver} from './e2e/sample-apiserver.js'
import {AWS} from './local/clients/aws-command-line.js'

const BIN = fileURLToPath(new URL('../bin/run.js', import.meta.url))
/** Package and a program of it. */
const TOOLS = {openssl: 'openssl', busybox: 'busybox', awscli: AWS}

const reason = whyNot()
if (reason === undefined) {
  const run = (program: string, ...args: string[]): unknown => execFileSync(program, args, {stdio: 'inherit'})
  run(process.execPath, BIN, 'local', 'setup', '--yes')
  const missing = Object.entries(TOOLS).flatMap(([name, program]) => (spawnSync(program).error ? [name] : []))
  if (missing.length > 0) run('apt-get', '-q', '-y', 'install', '--no-install-recommends', ...missing)
  await buildSampleApiserver()
} else {
  console.log(`The tests of real machines and networks will be skipped: ${reason}.`)
}
