import {clusterSpec, type ClusterSpec, type SpecInput} from '../../src/cluster/spec.js'

export function sampleSpec(
  size: {controllers: number; workers: number} & Partial<
    Pick<SpecInput, 'name' | 'loadBalancer' | 'network' | 'addons' | 'cni' | 'ssm'>
  >,
): ClusterSpec {
  return clusterSpec({
    name: 'sample',
    provider: 'local',
    region: 'local-1',
    kubernetesVersion: '1.36.2',
    artifactSource: 'upstream',
    architecture: 'amd64',
    controllerType: 't3.medium',
    workerType: 't3.medium',
    volumeSize: 20,
    ...size,
  })
}
