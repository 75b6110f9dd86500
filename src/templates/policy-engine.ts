import type {ArtifactSet} from '../artifacts/artifact.js'
import {KhwError} from '../errors.js'
import type {Manifest} from '../kubernetes/objects.js'
import {containerdReleaseOf} from '../kubernetes/releases.js'
import {yamlDocuments} from '../yaml.js'

/** A workload of pods, as far as it is changed here. */
type DaemonSet = Manifest & {
  readonly spec: {
    readonly template: {
      readonly spec: Readonly<Record<string, unknown>> & {
        readonly containers: readonly (Readonly<Record<string, unknown>> & {readonly args?: readonly string[]})[]
      }
    }
  }
}

/**
 * The objects of kube-network-policies' own release manifest, in its order, changed in what follows from this cluster:
 *
 * - the image that was pinned, or that a mirror has, and no pulling of one that came as an archive;
 * - pods are told of by NRI only where containerd has it on (docs of kube-network-policies, flag `disable-nri`);
 * - its metrics listen on the node itself only, for its pods use the network of their nodes;
 * - it is not evicted before what it guards (priority class `system-node-critical`).
 *
 * Its tolerations and rights are the release's own. The CIDRs of pods and services are nothing to it: it knows pods by
 * their addresses. Throws ARTIFACT_MISSING if the artifacts have no engine.
 */
export function policyEngineObjects(artifacts: ArtifactSet): readonly Manifest[] {
  const {policyEngine, versions} = artifacts
  if (policyEngine === undefined) {
    throw new KhwError(
      'ARTIFACT_MISSING',
      'The record of this cluster has no manifest of what enforces its policies.',
      ['Take it down and create it anew: khw destroy'],
    )
  }
  const {nri} = containerdReleaseOf(versions.containerd)
  const flags = ['--metrics-bind-address=127.0.0.1:9080', ...(nri ? [] : ['--disable-nri=true'])]
  const documents = yamlDocuments(policyEngine.manifest.text) as readonly Manifest[]
  return documents.map(object => (isDaemonSet(object) ? changed(object, policyEngine.image, flags) : object))
}

/** The DaemonSet whose pods have to be ready on every worker. */
export function policyDaemonSet(objects: readonly Manifest[]): Manifest {
  const found = objects.find(isDaemonSet)
  if (found === undefined) throw new RangeError('the manifest has no DaemonSet')
  return found
}

function changed(object: DaemonSet, image: string, flags: readonly string[]): Manifest {
  const {template} = object.spec
  const containers = template.spec.containers.map(container => ({
    ...container,
    image,
    imagePullPolicy: 'IfNotPresent',
    args: [...(container.args ?? []), ...flags],
  }))
  const spec = {...template.spec, priorityClassName: 'system-node-critical', containers}
  return {...object, spec: {...object.spec, template: {...template, spec}}}
}

function isDaemonSet(object: Manifest): object is DaemonSet {
  return object.kind === 'DaemonSet'
}
