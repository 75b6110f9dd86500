import {join} from 'node:path'

/** The zones of the local region. */
export const ZONES = ['local-1a', 'local-1b', 'local-1c'] as const

/** Where a region keeps what, below its state directory. */
export interface RegionFiles {
  readonly directory: string
  /** Where the daemon listens, and which process it is; there while it runs. */
  readonly announcement: string
  readonly credentials: string
  /** What was drawn once and must stay: the range of public addresses. */
  readonly settings: string
  /** What goes wrong in the region, where somebody has set something. */
  readonly faults: string
  readonly state: string
  readonly machines: string
  /** Held by the daemon as long as it runs. */
  readonly lock: string
  readonly log: string
}

export function regionFiles(directory: string): RegionFiles {
  return {
    directory,
    announcement: join(directory, 'region.json'),
    credentials: join(directory, 'credentials.json'),
    settings: join(directory, 'settings.json'),
    faults: join(directory, 'faults.json'),
    state: join(directory, 'state.json'),
    machines: join(directory, 'machines'),
    lock: join(directory, '.lock'),
    log: join(directory, 'daemon.log'),
  }
}

/** Exit code of a daemon that found another one at work. */
export const ANOTHER_RUNS = 75

/** Tells the daemon that its caller has no more need of the region. */
export const RELEASE_SIGNAL = 'SIGUSR2'
