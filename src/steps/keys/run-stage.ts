import type {RegionAccess} from '../../cluster/provider.js'
import type {ClusterDirectory} from '../../cluster/store.js'
import type {CreateOptions} from '../create-cluster.js'
import type {Journal} from '../engine/journal.js'
import {runPlan} from '../engine/runner.js'
import {openSession} from '../session/session.js'
import {stagePlan} from './rotation-plan.js'
import type {Rotation} from './rotation.js'

/** Takes the keys to the controllers, as they are now, and nothing to the workers. */
export async function runStage(
  {onEvent, signal}: Pick<CreateOptions, 'onEvent' | 'signal'>,
  directory: ClusterDirectory,
  journal: Journal,
  access: RegionAccess,
  rotations: readonly Rotation[],
): Promise<void> {
  const {header} = journal
  const session = await openSession(directory, header, access, signal)
  try {
    await runPlan({plan: stagePlan(header.spec, rotations), journal, context: session.context, onEvent})
  } finally {
    await session.close()
  }
}
