import type {AddonName} from '../../cluster/addons.js'
import type {ClusterSpec} from '../../cluster/spec.js'
import type {Manifest, ObjectMeta} from '../../kubernetes/objects.js'
import type {Service, ServingPair} from '../../pki/serving-pair.js'

/** Something that a cluster can do without: a Deployment in kube-system, and what goes with it. */
export interface Addon {
  readonly name: AddonName
  /** As its project writes it. */
  readonly title: string
  /** What a cluster has by it: `names for services`. */
  readonly purpose: string
  /** What no longer works when it is gone, as a sentence. */
  readonly without: string
  /** Its Deployment. */
  readonly workload: Pick<Manifest, 'apiVersion' | 'kind'> & {readonly metadata: ObjectMeta}
  /** Only of one that serves a part of the API: its Service, and the name of its APIService. */
  readonly api?: {readonly service: Service; readonly name: string}
  /** What it consists of, in the order in which that is to be created. `serving` is what its Service is known by. */
  objects(spec: ClusterSpec, image: string, serving: ServingPair): readonly Manifest[]
}

/** For who wants to know what an add-on consists of, not to create it. */
export const NO_PAIR: ServingPair = {ca: '', certificate: '', privateKey: ''}

export function deployment(name: string): Addon['workload'] {
  return {apiVersion: 'apps/v1', kind: 'Deployment', metadata: {name, namespace: 'kube-system'}}
}
