import {awsErrorCode} from '../../aws/errors.js'
import type {WorkerNode} from '../../cluster/addressing.js'
import type {StepContext} from '../engine/context.js'
import {Fatal, waitUntil} from '../engine/wait-until.js'

/**
 * Puts a route to a worker's interface until EC2 takes it: an interface that is not attached yet is refused, as it is while
 * the instance is pending. Throws TIMEOUT after two minutes, and what else EC2 says at once.
 */
export async function waitForRoute(
  node: WorkerNode,
  {clock, signal}: Pick<StepContext, 'clock' | 'signal'>,
  put: () => Promise<unknown>,
): Promise<void> {
  const tried = async (): Promise<true> => {
    try {
      await put()
      return true
    } catch (error) {
      if (awsErrorCode(error)?.startsWith('Incorrect') === true || !(error instanceof Error)) throw error
      throw new Fatal(error)
    }
  }
  await waitUntil(tried, {
    what: `EC2 to take the route to ${node.name}`,
    budget: 120_000,
    every: 1_000,
    clock,
    signal,
    suggestions: ['Run the same command again: it goes on where it stopped.'],
  })
}
