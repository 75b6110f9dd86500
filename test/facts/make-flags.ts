import {flagsOf} from './go-source.js'
import {goFiles, OURS_NOT} from './sources.js'
import {rangesOf, type Ranges} from './ranges.js'

const APISERVER = 'staging/src/k8s.io/apiserver/pkg/server/options'
const COMPONENT_BASE = 'staging/src/k8s.io/component-base'

/** A folder whose files register flags; `only` are the files, `of` the types whose methods do, if not all. */
interface Place {
  readonly folder: string
  readonly only?: readonly string[]
  readonly of?: readonly string[]
  /** Absent in some minors: that is no gap. */
  readonly optional?: true
}

const SERVING: Place = {
  folder: APISERVER,
  only: ['serving.go', 'serving_with_loopback.go', 'deprecated_insecure_serving.go'],
}
const EVERYWHERE: readonly Place[] = [
  {folder: `${COMPONENT_BASE}/logs`, optional: true},
  {folder: `${COMPONENT_BASE}/logs/api/v1`, optional: true},
  {folder: `${COMPONENT_BASE}/cli/globalflag`},
]
/** Of the control plane alone: the kubelet and kube-proxy do not ask for these, and know none of them. */
const METRICS: Place = {folder: `${COMPONENT_BASE}/metrics`, only: ['options.go']}
const DELEGATING: Place = {
  folder: APISERVER,
  only: ['authentication.go', 'authorization.go'],
  of: [
    'DelegatingAuthenticationOptions',
    'DelegatingAuthorizationOptions',
    'RequestHeaderAuthenticationOptions',
    'ClientCertAuthenticationOptions',
  ],
}
const LEADER: Place = {folder: `${COMPONENT_BASE}/config/options`}

/** Where each program registers its flags. */
const PROGRAMS: Readonly<Record<string, readonly Place[]>> = {
  'kube-apiserver': [
    {folder: 'cmd/kube-apiserver/app/options'},
    {folder: 'pkg/kubeapiserver/options'},
    {folder: 'pkg/controlplane/apiserver/options', optional: true},
    {
      folder: APISERVER,
      only: [
        'admission.go',
        'api_enablement.go',
        'audit.go',
        'egress_selector.go',
        'etcd.go',
        'feature.go',
        'server_run_options.go',
        'tracing.go',
      ],
    },
    {
      folder: APISERVER,
      only: ['authentication.go'],
      of: ['RequestHeaderAuthenticationOptions', 'ClientCertAuthenticationOptions'],
    },
    SERVING,
    METRICS,
    ...EVERYWHERE,
  ],
  'kube-controller-manager': [
    {folder: 'cmd/kube-controller-manager/app/options'},
    {folder: 'staging/src/k8s.io/controller-manager/options', optional: true},
    {folder: 'staging/src/k8s.io/controller-manager/pkg/leadermigration/options', optional: true},
    {
      folder: 'staging/src/k8s.io/cloud-provider/options',
      only: ['cloudprovider.go', 'kubecloudshared.go', 'servicecontroller.go'],
      optional: true,
    },
    {folder: 'cmd/controller-manager/app/options', optional: true},
    SERVING,
    DELEGATING,
    LEADER,
    METRICS,
    ...EVERYWHERE,
  ],
  'kube-scheduler': [{folder: 'cmd/kube-scheduler/app/options'}, SERVING, DELEGATING, LEADER, METRICS, ...EVERYWHERE],
  kubelet: [
    {folder: 'cmd/kubelet/app/options'},
    {folder: 'pkg/kubelet/config', only: ['flags.go'], optional: true},
    ...EVERYWHERE,
  ],
  'kube-proxy': [{folder: 'cmd/kube-proxy/app', only: ['server.go', 'options.go']}, ...EVERYWHERE],
}

/** klog's and pflag's own, the same in every minor, and the feature gates' flag, whose name is a constant. */
const ALWAYS = ['v', 'vmodule', 'version', 'help', 'feature-gates']

/** Removed in a minor whose commands no source had (release notes of that minor, "Deprecation" and "Other"). */
const REMOVED: Readonly<Record<number, Readonly<Record<string, readonly string[]>>>> = {
  37: {
    'kube-controller-manager': ['concurrent-service-syncs'],
    kubelet: [
      ...['application-metrics-count-limit', 'boot-id-file', 'container-hints', 'containerd', 'containerd-namespace'],
      ...['enable-load-reader', 'event-storage-age-limit', 'event-storage-event-limit', 'global-housekeeping-interval'],
      ...['log-cadvisor-usage', 'machine-id-file', 'storage-driver-user', 'storage-driver-password'],
      ...['storage-driver-host', 'storage-driver-db', 'storage-driver-table', 'storage-driver-secure'],
      'storage-driver-buffer-duration',
    ],
  },
}

/** Flags of each program with the minors that have them, and the folders that could not be read, by minor. */
export function kubernetesFlags(
  clones: string,
  minors: readonly number[],
): {
  readonly flags: Readonly<Record<string, Ranges>>
  readonly gaps: readonly string[]
} {
  const gaps: string[] = []
  const flags: Record<string, Ranges> = {}
  for (const [program, places] of Object.entries(PROGRAMS)) {
    const known = minors.map(() => new Set(ALWAYS))
    for (const place of places) {
      const read = minors.map(minor => flagsAt(clones, minor, place))
      for (const [i, names] of read.entries()) {
        const minor = minors[i] ?? 0
        // A folder that came or went is no gap, but for one that the minor before still had.
        const gap = names === undefined && (!place.optional || read[i - 1] !== undefined)
        const carried = gap ? between(read, i, REMOVED[minor]?.[program] ?? []) : (names ?? [])
        for (const name of carried) known[i]?.add(name)
        if (gap) gaps.push(`1.${minor} ${place.folder} (${program})`)
      }
    }
    for (const name of OURS_NOT) for (const each of known) each.delete(name)
    flags[program] = rangesOf(minors, known)
  }
  return {flags, gaps}
}

function flagsAt(clones: string, minor: number, {folder, only, of}: Place): readonly string[] | undefined {
  const files = goFiles(clones, minor, folder)
  if (files === undefined) return undefined
  return flagsOf([...files].filter(([name]) => only === undefined || only.includes(name)).map(([, text]) => text))
    .filter(({receiver}) => of === undefined || of.includes(receiver))
    .map(({name}) => name)
}

/** What both neighbours that could be read have; at the end of the list, what the last one had and was not removed. */
function between(
  read: readonly (readonly string[] | undefined)[],
  at: number,
  removed: readonly string[],
): readonly string[] {
  const before = read.slice(0, at).findLast(names => names !== undefined) ?? []
  const after = read.slice(at + 1).find(names => names !== undefined)
  return before.filter(name => (after === undefined ? !removed.includes(name) : after.includes(name)))
}
