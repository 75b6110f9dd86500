import {homeOf} from '../../../src/cluster/home.js'
import {upstreamImages} from '../../../src/artifacts/upstream/images.js'
import {componentVersions} from '../../../src/kubernetes/component-versions.js'
import type {Manifest} from '../../../src/kubernetes/objects.js'
import {ensureServingPair, type ServingPair} from '../../../src/pki/serving-pair.js'
import type {Addon} from '../../../src/steps/addons/addon.js'
import {withCluster} from '../../../src/steps/session/open-cluster.js'
import {MemorySecretStore} from '../../pki/fixtures.js'
import type {Khw} from '../khw.js'

interface Service {
  readonly name: string
  readonly namespace: string
}

/** An add-on as khw would install it in a cluster from upstream. */
export async function renderedAddon(khw: Khw, cluster: string, addon: Addon): Promise<readonly Manifest[]> {
  const serving = await servingPair(khw, cluster, addon.api?.service ?? {name: addon.name, namespace: 'kube-system'})
  return withCluster(clusterOf(khw, cluster), ({context: {spec}}) => {
    const image = upstreamImages(componentVersions(spec.kubernetesVersion))[addon.name]
    return Promise.resolve(addon.objects(spec, image, serving))
  })
}

/** What a Service of the cluster is known by, issued by its own authority and kept nowhere. */
export function servingPair(khw: Khw, cluster: string, service: Service): Promise<ServingPair> {
  return withCluster(clusterOf(khw, cluster), async ({context}) => {
    const names = ['pki/ca.crt', 'pki/ca.key']
    const files = await Promise.all(names.map(async name => [name, (await context.secrets.read(name)) ?? ''] as const))
    return ensureServingPair({service, secrets: new MemorySecretStore(files.map(([a, b]) => [a, b])), now: new Date()})
  })
}

export function clusterOf(khw: Khw, name: string): Parameters<typeof withCluster>[0] {
  return {home: homeOf({...process.env, KHW_HOME: khw.home}), name, signal: AbortSignal.timeout(120_000)}
}
