import {setMaxListeners} from 'node:events'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import type {Verdict} from '../benchmark/check.js'
import type {Home} from '../cluster/home.js'
import {chooseCluster, clusterDirectory} from '../cluster/store.js'
import {KhwError, messageOf} from '../errors.js'
import {writeError} from '../write-error.js'
import {writeFileAtomically} from '../write-file.js'
import {liveHosts} from './compute/node-instance.js'
import type {RunContext} from './engine/context.js'
import type {RunListener} from './engine/events.js'
import {refuseUnfinished, refuseWhileDestroyed} from './engine/journal-errors.js'
import {acquireLock} from './engine/lock.js'
import {withCluster, type ClusterOptions} from './session/open-cluster.js'
import type {Area} from './verify/areas/area.js'
import {CERTIFICATES} from './verify/areas/certificates.js'
import {DISKS} from './verify/areas/disks.js'
import {SECURITY} from './verify/areas/security.js'
import {SMOKE} from './verify/areas/smoke.js'
import {TIME} from './verify/areas/time.js'
import {lookCure} from './verify/cures.js'
import {unfinishedIn} from './verify/unfinished.js'
import {
  AREA_NAMES,
  totalsOf,
  withOthers,
  type AreaName,
  type AreaReport,
  type VerifyReport,
} from './verify/verify-report.js'

const AREAS: Readonly<Record<AreaName, Area>> = {
  smoke: SMOKE,
  security: SECURITY,
  certificates: CERTIFICATES,
  time: TIME,
  disks: DISKS,
}

/** Where the last report lies, beside the cluster's journal; it goes with the cluster. */
export function verifyFile(home: Home, name: string): string {
  return join(clusterDirectory(home, name).path, 'verify.json')
}

export interface VerifyOptions extends ClusterOptions {
  /** All by default. */
  readonly only?: readonly AreaName[]
  /** As the error LOCKED said: takes the lock from an owner that nobody can ask. */
  readonly forceUnlock?: string
  readonly onEvent: RunListener
}

/**
 * Looks at a cluster from all sides at once and writes down what was found. Changes nothing but objects of its own that it
 * removes. Throws LOCKED while another command works on the cluster, and the signal's reason; all else is in the report.
 */
export async function verifyCluster(options: VerifyOptions): Promise<VerifyReport> {
  const {home, only = AREA_NAMES, onEvent, signal} = options
  const directory = chooseCluster(home, options.name)
  const lock = acquireLock(directory.path, `khw verify ${directory.name}`, options)
  try {
    return await withCluster({...options, name: directory.name}, async ({journal, context}) => {
      refuseWhileDestroyed(journal)
      refuseUnfinished(journal, 'it is looked at once it is there')
      const {spec, clusterId} = journal.header
      const startedAt = context.clock.now()
      const names = AREA_NAMES.filter(name => only.includes(name))
      const steps = names.map(name => ({id: name, title: AREAS[name].title}))
      onEvent({type: 'planned', phases: [{id: PHASE, title: 'Verify the cluster', steps}]})
      const areas = await Promise.all(names.map(name => lookAt(name, context, onEvent)))
      signal.throwIfAborted()
      const unfinished = await unfinishedIn(journal, context.secrets, startedAt)
      const totals = totalsOf(areas)
      const report = {
        name: spec.name,
        id: clusterId,
        provider: spec.provider,
        kubernetes: spec.kubernetesVersion,
        at: new Date(startedAt).toISOString(),
        seconds: (context.clock.now() - startedAt) / 1000,
        ok: totals.FAIL === 0,
        totals,
        areas,
        ...(unfinished.length > 0 && {unfinished}),
      }
      const file = verifyFile(home, directory.name)
      await keep(file, withOthers(report, readKept(file)))
      return report
    })
  } finally {
    lock.release()
  }
}

const PHASE = 'verify'

async function lookAt(name: AreaName, context: RunContext, onEvent: RunListener): Promise<AreaReport> {
  const {clock, spec, inventory} = context
  const {limit, look} = AREAS[name]
  const startedAt = clock.now()
  const seconds = (): number => (clock.now() - startedAt) / 1000
  const progress = (text: string): void => {
    onEvent({type: 'step-progress', id: name, phase: PHASE, text})
  }
  onEvent({type: 'step-started', id: name, phase: PHASE, at: startedAt})
  const time = new AbortController()
  const timer = setTimeout(() => {
    time.abort(new KhwError('TIMEOUT', `No answer within ${limit / 1000} s.`, [`khw status ${spec.name}`]))
  }, limit)
  const signal = AbortSignal.any([context.signal, time.signal])
  // Every node's calls listen to it.
  setMaxListeners(0, signal)
  const checks = await look({context, hosts: liveHosts(spec, inventory), progress, signal})
    .catch((error: unknown): readonly Verdict[] => [
      {id: name, title: 'It could be looked at', state: 'FAIL', found: messageOf(error)},
    ])
    .finally(() => {
      clearTimeout(timer)
    })
  // Interrupted, it has found nothing: then its line stays as it was.
  if (!context.signal.aborted)
    onEvent({type: 'step-done', id: name, phase: PHASE, outcome: 'created', seconds: seconds()})
  const told = checks.map(check =>
    check.state === 'FAIL' && check.cure === undefined ? {...check, cure: lookCure(context)} : check,
  )
  return {area: name, at: new Date(startedAt).toISOString(), seconds: seconds(), checks: told}
}

/** Undefined if there is none that can be read: it is about to be written anew. */
function readKept(path: string): VerifyReport | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as VerifyReport
  } catch {
    return undefined
  }
}

/** Throws DISK_FULL or HOME_NOT_WRITABLE. */
async function keep(path: string, report: VerifyReport): Promise<void> {
  try {
    await writeFileAtomically(path, `${JSON.stringify(report, null, 2)}\n`, 0o600)
  } catch (error) {
    throw writeError(error, `The report ${path} could not be written`)
  }
}
