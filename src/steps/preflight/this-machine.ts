import type {Role} from '../../cluster/addressing.js'
import type {MachineCapacity} from '../../cluster/provider.js'
import type {ClusterSpec} from '../../cluster/spec.js'
import {KhwError} from '../../errors.js'
import type {Check, Passed} from './check.js'

const GIB = 2 ** 30

/** GiB of memory: `least` is what cannot be taken back from it, `well` what it has with the files that it reads. */
interface Appetite {
  readonly least: number
  readonly well: number
}

/**
 * What a machine takes, measured by its control group (memory.stat, memory.usage_in_bytes, memory.max_usage_in_bytes) in two
 * clusters of 3+3 and three of 1+1 with Kubernetes 1.20.2, some minutes old: a controller 298 to 359 MiB resident and 547 to
 * 617 with its page cache, 663 at most; a worker 61 to 65 MiB, 268 to 289, and 342. Newer versions take more, for which
 * there is room in `least`. The daemon has about 100 MiB.
 */
const MEMORY: Readonly<Record<Role, Appetite>> = {
  controller: {least: 0.45, well: 0.65},
  worker: {least: 0.1, well: 0.35},
}
const DAEMON = 0.1
/** GiB of disk, as du(1) counts: 1.51 GB for 1+1 and 4.54 GB for 3+3, the same for each machine; with what images of pods take. */
const DISK: Appetite = {least: 0.75, well: 1.25}
/** Six on two cores were ready in 35 s; beyond that it is slow, and nothing worse. */
const MACHINES_A_CORE = 4

/** Whether the machine that the local region is made of has room for what is asked for. */
export const thisMachine: Check = {
  name: 'this machine',
  concerns: ({access}) => access.capacity !== undefined,

  async run({access, spec}) {
    return roomFor(spec, await access.capacity?.())
  },
}

/** GiB of memory with which so many machines do well. */
export function memoryFor({controllers, workers}: Pick<ClusterSpec, 'controllers' | 'workers'>): number {
  return memoryOf('well', {controllers, workers})
}

function memoryOf(
  amount: keyof Appetite,
  {controllers, workers}: Pick<ClusterSpec, 'controllers' | 'workers'>,
): number {
  return DAEMON + controllers * MEMORY.controller[amount] + workers * MEMORY.worker[amount]
}

/** Throws LOCAL_UNSUPPORTED for what cannot fit; what is tight is a warning. */
export function roomFor(spec: ClusterSpec, capacity: MachineCapacity | undefined): Passed {
  if (capacity === undefined) return {detail: 'not looked at'}
  const {controllers, workers} = spec
  const {cores, memory, disk} = capacity
  const count = controllers + workers
  const wanted = `${controllers} + ${workers} machines`
  const has = `${cores} core${cores === 1 ? '' : 's'}, ${gib(memory.available)} of ${gib(memory.total)} memory and ${gib(disk.free)} of disk are free`
  const shortages = [
    {
      what: 'memory',
      where: '',
      free: memory.available,
      least: memoryOf('least', spec),
      well: memoryOf('well', spec),
      mend: MORE_MEMORY,
    },
    {
      what: 'disk',
      where: ` at ${disk.directory}`,
      free: disk.free,
      least: count * DISK.least,
      well: count * DISK.well,
      mend: 'Free some space, or choose another disk: export KHW_HOME=/somewhere/else',
    },
  ]
  const short = shortages.filter(({free, least}) => free < least * GIB)
  const [first] = short
  if (first !== undefined)
    throw new KhwError(
      'LOCAL_UNSUPPORTED',
      short
        .map(
          ({what, where, least, free}) =>
            `${wanted} need ${gib(least * GIB)} of ${what}${where} at least, and ${gib(free)} are free.`,
        )
        .join('\n'),
      [
        ...(count > 2 ? (['Try --controllers 1 --workers 1'] as const) : []),
        ...short.map(({mend}) => mend),
        'Or take AWS: --provider aws',
      ] as [string, ...string[]],
    )
  const tight = shortages.find(({free, well}) => free < well * GIB)
  if (tight !== undefined)
    return {
      detail: `${has}: tight for ${wanted}, which do well with ${gib(tight.well * GIB)} of ${tight.what}`,
      fix: tight.mend,
    }
  if (count > cores * MACHINES_A_CORE)
    return {detail: `${has}: ${wanted} will be slow on so few cores`, fix: 'Fewer machines, or patience'}
  return {detail: `${has}: enough for ${wanted}`}
}

const MORE_MEMORY = 'End what takes memory (ps aux --sort=-rss), or ask for fewer machines'

function gib(bytes: number): string {
  return `${(bytes / GIB).toFixed(1)} GiB`
}
