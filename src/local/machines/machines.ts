import {setTimeout as delay} from 'node:timers/promises'
import {mkdir} from 'node:fs/promises'
import {existsSync} from 'node:fs'
import {join} from 'node:path'
import type {Fabric} from '../fabric.js'
import {removeTree} from '../host/mounts.js'
import type {RegionNames} from '../host/names.js'
import {isRunning, sendSignal} from '../../process-identity.js'
import {createCgroups, findCgroups, killAll, removeCgroup, type CgroupHost} from './cgroups.js'
import {CONSOLE_BYTES, readConsole} from './console.js'
import {createDisk, machinePaths, mountDisk, type MachinePaths} from './disk.js'
import {ExitWatch} from './exit-watch.js'
import {hostSettings} from './host-settings.js'
import {initProcess} from './init-process.js'
import {nspawnCommand} from './nspawn.js'
import {removeRuntimeFiles} from './runtime-files.js'
import {readRecord, readRecords, writeRecord, type MachineRecord} from './record.js'
import {seedOf} from './seed.js'
import {startSupervisor} from './supervisor.js'

export interface MachinesOptions {
  readonly names: RegionNames
  /** Where machines are kept: one directory each, named by the instance. */
  readonly directory: string
  /** Root directory of the machine image. */
  readonly image: string
  readonly cgroups: CgroupHost
  /** How long a machine may take to shut down before it is killed, in milliseconds. */
  readonly shutdownTimeout?: number
}

/** The half of the fabric that concerns machines, and what the daemon needs beside it. */
export interface Machines extends Omit<Fabric, 'syncVpc' | 'targetHealth'> {
  /** Ids of the instances whose machines run now: after a restart of the daemon, those that it takes over. */
  running(): Promise<string[]>
  /** To be called from time to time: remembers what machines have changed of the kernel that is their host's, too. */
  noteSettings(): Promise<void>
  /** Stops watching; machines run on. */
  close(): void
}

/** Signals that systemd understands as orders (systemd(1), "Signals"): SIGRTMIN+4 and SIGRTMIN+5. */
const POWEROFF = 38
const REBOOT = 39
const INIT_TIMEOUT = 20_000
/** The link that a VPC puts into an instance's namespace. */
const LINK = 'eth0'

export function createMachines(options: MachinesOptions): Machines {
  const {names, cgroups} = options
  const watch = new ExitWatch()
  const settings = hostSettings(names.prefix, cgroups)
  let starting = 0
  const pathsOf = (instanceId: string): MachinePaths => machinePaths(join(options.directory, instanceId))
  const groupsOf = (instanceId: string): string[] => findCgroups(cgroups, names.machine(instanceId))

  const boot = async (record: MachineRecord, paths: MachinePaths): Promise<void> => {
    const {instanceId, hostname} = record
    const machine = names.machine(instanceId)
    const namespace = names.instanceNamespace(instanceId)
    if (!existsSync(`/run/netns/${namespace}`)) throw new Error(`${instanceId} has no network namespace (${namespace})`)
    await mountDisk(paths, options.image)
    const groups = await createCgroups(cgroups, machine)
    const command = nspawnCommand({machine, hostname, namespace, paths, layout: cgroups.layout})
    const supervisor = startSupervisor({cgroups: groups, namespace, link: LINK, command, console: paths.console})
    await writeRecord(paths.directory, {instanceId, hostname, supervisor})
    const deadline = Date.now() + INIT_TIMEOUT
    while (initProcess(groupsOf(instanceId)) === undefined) {
      if (!isRunning(supervisor) || Date.now() > deadline) {
        await kill(instanceId)
        const said = (await readConsole(paths.console)).trim().split('\n').slice(-5).join('\n')
        throw new Error(`the machine of ${instanceId} did not start: ${said}`)
      }
      await delay(20)
    }
    watch.add({instanceId, supervisor, console: paths.console})
  }

  const kill = async (instanceId: string): Promise<void> => {
    watch.forget(instanceId)
    const record = await readRecord(pathsOf(instanceId).directory)
    // First, or it would take the end of the machine for a reboot.
    if (record?.supervisor && isRunning(record.supervisor)) sendSignal(record.supervisor.pid, 'SIGKILL')
    if (!(await killAll(groupsOf(instanceId)))) throw new Error(`processes of ${instanceId} do not end when killed`)
  }

  /** False if it still runs when the time is up. */
  const shutDown = async (instanceId: string, record: MachineRecord): Promise<boolean> => {
    const init = initProcess(groupsOf(instanceId))
    if (init !== undefined) sendSignal(init, POWEROFF)
    const deadline = Date.now() + (options.shutdownTimeout ?? 60_000)
    while (record.supervisor && isRunning(record.supervisor)) {
      if (Date.now() > deadline) return false
      await delay(50)
    }
    return true
  }

  return {
    async startMachine(state, instance) {
      const paths = pathsOf(instance.instanceId)
      const before = await readRecord(paths.directory)
      if (before?.supervisor && isRunning(before.supervisor)) {
        watch.add({instanceId: before.instanceId, supervisor: before.supervisor, console: paths.console})
        return
      }
      starting += 1
      try {
        await settings.hold()
        await mkdir(options.directory, {recursive: true, mode: 0o700})
        const seed = seedOf(state, instance)
        await createDisk(paths, options.image, seed)
        await boot({instanceId: instance.instanceId, hostname: seed.hostname}, paths)
      } finally {
        starting -= 1
      }
    },

    async stopMachine(instanceId, {force}) {
      watch.forget(instanceId)
      const record = await readRecord(pathsOf(instanceId).directory)
      if (!force && record) await shutDown(instanceId, record)
      // Also what runs without a record: a daemon may have died between starting it and writing it down.
      await kill(instanceId)
    },

    rebootMachine(instanceId) {
      const init = initProcess(groupsOf(instanceId))
      if (init === undefined) return Promise.reject(new Error(`${instanceId} does not run, so it cannot reboot`))
      sendSignal(init, REBOOT)
      return Promise.resolve()
    },

    async removeMachine(instanceId) {
      const paths = pathsOf(instanceId)
      await kill(instanceId)
      await removeTree(paths.directory)
      for (const group of groupsOf(instanceId)) await removeCgroup(group)
      await removeRuntimeFiles(names.machine(instanceId))
      if (starting === 0 && findCgroups(cgroups, names.prefix).length === 0) await settings.release()
    },

    consoleOutput: async instanceId => (await readConsole(pathsOf(instanceId).console)).slice(-CONSOLE_BYTES),

    onMachineExit(listener) {
      watch.onExit(listener)
    },

    async running() {
      const found: string[] = []
      for (const {instanceId, supervisor} of await readRecords(options.directory)) {
        if (!supervisor || !isRunning(supervisor)) continue
        watch.add({instanceId, supervisor, console: pathsOf(instanceId).console})
        found.push(instanceId)
      }
      return found
    },

    noteSettings: () => settings.note(),

    close() {
      watch.close()
    },
  }
}
