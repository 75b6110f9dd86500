import {clusterSpec, type SpecInput} from '../../src/cluster/spec.js'
import {KhwError} from '../../src/errors.js'

/** What is typed for a 3+3 on AWS, and taken. */
export const SPEC_INPUT: SpecInput = {
  name: 'demo',
  provider: 'aws',
  region: 'us-west-2',
  controllers: 3,
  workers: 3,
  kubernetesVersion: '1.36.2',
  artifactSource: 'upstream',
  architecture: 'amd64',
  controllerType: 't3.medium',
  workerType: 't3.medium',
  volumeSize: 20,
}

/** How that is refused with something changed; throws where it is taken. */
export function refusal(change: Partial<SpecInput>): KhwError {
  return khwErrorOf(() => clusterSpec({...SPEC_INPUT, ...change}))
}

export function khwErrorOf(work: () => unknown): KhwError {
  try {
    work()
  } catch (error) {
    if (error instanceof KhwError) return error
    throw error
  }
  throw new Error('it did not fail')
}
