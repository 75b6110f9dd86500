import {clusterSpec, type ClusterSpec, type SpecInput} from '../../src/cluster/spec.js'
import {SPEC_INPUT} from '../cluster/spec-input.js'

export function sampleSpec(
  size: {controllers: number; workers: number} & Partial<
    Pick<SpecInput, 'name' | 'loadBalancer' | 'network' | 'addons' | 'cni' | 'ssm'>
  >,
): ClusterSpec {
  return clusterSpec({
    ...SPEC_INPUT,
    name: 'sample',
    provider: 'local',
    region: 'local-1',
    ...size,
  })
}
