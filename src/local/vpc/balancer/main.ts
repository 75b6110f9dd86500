import {identify} from '../../../process-identity.js'
import {writeFileAtomicallySync} from '../../../write-file.js'
import {run} from '../../host/run.js'
import {watchedFile} from '../watched-file.js'
import type {BalancerConfig} from './balancer-config.js'
import {balancerRuleset} from './balancer-ruleset.js'
import {Checker} from './checker.js'
import {configurationHash, readHealth, type HealthReport} from './health-file.js'
import {zonesInDns} from './routing.js'

/*
 * One process for each load balancer, in its namespace: it checks targets and tells the kernel where connections go. Its
 * arguments are paths: its configuration, where to write what it finds out, where to write who it is.
 */
const [configPath = '', healthPath = '', processFile = ''] = process.argv.slice(2)
/** How soon it sees that its configuration was replaced. */
const WATCH_MS = 100

// Written by the region's daemon of the same version; nobody else can write it.
const config = watchedFile(configPath, text => ({
  ...(JSON.parse(text) as BalancerConfig),
  hash: configurationHash(text),
}))
let known = readHealth(healthPath)
let applied = ''
let reported = ''
let working: Promise<void> = Promise.resolve()

const checker = new Checker({known: key => known?.targets[key] ?? 'initial', onChange: () => void inTurn()})

async function apply(): Promise<void> {
  const now = config()
  checker.update(now)
  // Who comes back later is new.
  known = undefined
  const healthOf = (key: string) => checker.healthOf(key)
  const ruleset = balancerRuleset(now, healthOf)
  if (ruleset !== applied) {
    await run('nft', ['-f', '-'], {input: ruleset})
    applied = ruleset
  }
  const report = JSON.stringify({
    targets: checker.report(),
    zones: zonesInDns(now, healthOf),
    configuration: now.hash,
  } satisfies HealthReport)
  if (report !== reported) writeFileAtomicallySync(healthPath, report, 0o600)
  reported = report
}

function inTurn(): Promise<void> {
  working = working.then(apply)
  return working
}

await inTurn()
const identity = identify(process.pid)
if (identity === undefined) throw new Error('/proc does not show this process')
writeFileAtomicallySync(processFile, JSON.stringify(identity), 0o600)
let seen = config()
setInterval(() => {
  if (config() === seen) return
  seen = config()
  void inTurn()
}, WATCH_MS)
