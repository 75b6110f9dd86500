import {clusterSpec, type ClusterSpec} from '../../src/cluster/spec.js'
import type {SecretStore} from '../../src/pki/secret-store.js'

export function specOf(change: {controllers?: number; workers?: number} = {}): ClusterSpec {
  return clusterSpec({
    name: 'demo',
    provider: 'local',
    region: 'local-1',
    controllers: 3,
    workers: 3,
    kubernetesVersion: '1.20.2',
    artifactSource: 'debian',
    architecture: 'amd64',
    controllerType: 't3.small',
    workerType: 't3.small',
    volumeSize: 8,
    ...change,
  })
}

export const PUBLIC_IPS = {
  'controller-1': '198.18.0.4',
  'controller-2': '198.18.0.5',
  'controller-3': '198.18.0.6',
  'worker-1': '198.18.0.7',
}

/** Keeps what was written, and says what was written. */
export class MemorySecretStore implements SecretStore {
  readonly files: Map<string, string>
  readonly written: string[] = []

  constructor(files: Iterable<[string, string]> = []) {
    this.files = new Map(files)
  }

  read(name: string): Promise<string | undefined> {
    return Promise.resolve(this.files.get(name))
  }

  write(name: string, content: string): Promise<void> {
    this.files.set(name, content)
    this.written.push(name)
    return Promise.resolve()
  }
}
