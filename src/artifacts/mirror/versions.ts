import {
  componentVersions,
  DEFAULT_KUBERNETES_VERSION,
  SUPPORTED_MINORS,
  type ComponentVersions,
} from '../../kubernetes/component-versions.js'
import {releaseOf} from '../../kubernetes/releases.js'
import {KhwError} from '../../errors.js'
import {COMPONENT_LOCATIONS, stableUrl, type ComponentLocation} from '../upstream/catalog.js'
import type {MirrorSource} from './source.js'

export interface MirroredVersions {
  readonly versions: ComponentVersions
  /** Where the mirror has another version of a component than khw would have chosen. */
  readonly notices: readonly string[]
}

/**
 * The versions to take from a mirror: Kubernetes as asked for (a minor: the newest the mirror has; nothing: khw's
 * default, else the newest there), and of each component khw's choice, else the newest there that may stand in for it.
 */
export async function mirroredVersions(source: MirrorSource, wanted: string | undefined): Promise<MirroredVersions> {
  const chosen = componentVersions(await kubernetesVersion(source, wanted))
  const notices: string[] = []
  const pick = (component: Exclude<ComponentLocation['component'], 'kubernetes'>): string => {
    const there = versionsIn(source, component)
    const preferred = chosen[component]
    if (there.length === 0 || there.includes(preferred)) return preferred
    const other = there.find(version => mayStandIn(component, version, chosen))
    if (other === undefined) return preferred
    notices.push(`The mirror has ${component} ${other}, not ${preferred}: ${other} is used.`)
    return other
  }
  const versions = {
    ...chosen,
    etcd: pick('etcd'),
    containerd: pick('containerd'),
    runc: pick('runc'),
    cni: pick('cni'),
    crictl: pick('crictl'),
  }
  return {versions, notices}
}

async function kubernetesVersion(source: MirrorSource, wanted: string | undefined): Promise<string> {
  const there = versionsIn(source, 'kubernetes')
  if (wanted === undefined) {
    if (there.length === 0 || there.includes(DEFAULT_KUBERNETES_VERSION)) return DEFAULT_KUBERNETES_VERSION
    return there.find(version => SUPPORTED_MINORS.includes(minorOf(version))) ?? DEFAULT_KUBERNETES_VERSION
  }
  const {kubernetes} = componentVersions(wanted)
  if (kubernetes.split('.').length === 3) return kubernetes
  const newest = there.find(version => minorOf(version) === kubernetes)
  if (newest !== undefined) return newest
  const stable = (await source.text(stableUrl(kubernetes).replace('https://', '')))?.trim()
  if (stable?.startsWith(`v${kubernetes}.`)) return stable.slice(1)
  throw new KhwError(
    'ARTIFACT_MISSING',
    `The mirror has no Kubernetes ${kubernetes}: ${source.locate(`dl.k8s.io/release/v${kubernetes}.*`)} is missing.`,
    there.length > 0
      ? [`Try --kubernetes-version ${there[0] ?? ''}, which it has`]
      : [`Give the whole version, such as --kubernetes-version ${kubernetes}.0`],
  )
}

/** Released versions (no candidates) of a component that the mirror lists, newest first. */
function versionsIn(source: MirrorSource, component: ComponentLocation['component']): string[] {
  const prefix = COMPONENT_LOCATIONS.find(location => location.component === component)?.prefix.replace('https://', '')
  const found = new Set<string>()
  for (const path of source.listing ?? []) {
    if (prefix === undefined || !path.startsWith(prefix)) continue
    const version = path.slice(prefix.length).split('/')[0] ?? ''
    if (/^\d+\.\d+\.\d+$/.test(version)) found.add(version)
  }
  return [...found].sort(compareVersions).reverse()
}

/** Any version of what is configured alike in all; of containerd what serves this kubelet, of etcd the same store. */
function mayStandIn(component: ComponentLocation['component'], version: string, chosen: ComponentVersions): boolean {
  const major = (text: string): number => Number(text.split('.')[0])
  if (component === 'etcd') return major(version) === major(chosen.etcd)
  return component !== 'containerd' || releaseOf(chosen.kubernetes).containerdMajors.includes(major(version))
}

function minorOf(version: string): string {
  return version.split('.').slice(0, 2).join('.')
}

function compareVersions(a: string, b: string): number {
  const [left, right] = [a.split('.').map(Number), b.split('.').map(Number)]
  return left.map((part, i) => part - (right[i] ?? 0)).find(difference => difference !== 0) ?? 0
}
