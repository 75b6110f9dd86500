import type {Home} from '../../cluster/home.js'
import {chooseCluster, type ClusterDirectory} from '../../cluster/store.js'
import {explainEnded} from '../certificates/ended.js'
import type {RunContext} from '../engine/context.js'
import {Journal} from '../engine/journal.js'
import {reopenRegion} from './open-region.js'
import {openSession} from './session.js'

export interface ClusterOptions {
  readonly home: Home
  /** May be left out while there is one cluster. */
  readonly name?: string
  readonly signal: AbortSignal
}

export interface OpenCluster {
  readonly directory: ClusterDirectory
  readonly journal: Journal
  readonly context: RunContext
}

/** Opens a cluster that exists, for commands that only look at it; closes it when `use` is done. */
export async function withCluster<T>(
  {home, name, signal}: ClusterOptions,
  use: (cluster: OpenCluster) => Promise<T>,
): Promise<T> {
  const directory = chooseCluster(home, name)
  const journal = Journal.open(directory.path)
  const access = await reopenRegion(home, journal.header, signal)
  const session = await openSession(directory, journal.header, access, signal)
  try {
    return await use({directory, journal, context: session.context})
  } catch (error) {
    throw explainEnded(error, journal, session.context.clock.now())
  } finally {
    await session.close()
  }
}
