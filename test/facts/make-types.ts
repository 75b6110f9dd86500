import {typesOf, type GoFile, type GoType} from './go-source.js'
import {rangesOf, type Ranges} from './ranges.js'
import {goFiles} from './sources.js'

const STAGING = 'staging/src/k8s.io'

/** A kind of object: where its Go type is. */
interface Root {
  readonly apiVersion: string
  readonly kind: string
  readonly folder: string
  /** The Go type's name, if not the kind's. */
  readonly type?: string
}

const configuration = (apiVersion: string, kind: string, folder: string, type?: string): Root => ({
  apiVersion,
  kind,
  folder: folder.startsWith('plugin/') ? folder : `${STAGING}/${folder}`,
  ...(type === undefined ? {} : {type}),
})

const served = (apiVersion: string, ...kinds: readonly string[]): Root[] => {
  const [version = '', group = 'core'] = apiVersion.split('/').reverse()
  const folder = `${STAGING}/api/${group.split('.')[0] ?? ''}/${version}`
  return kinds.map(kind => ({apiVersion, kind, folder}))
}

/** Every kind that khw writes, and some that its add-ons may. */
const ROOTS: readonly Root[] = [
  configuration('kubelet.config.k8s.io/v1beta1', 'KubeletConfiguration', 'kubelet/config/v1beta1'),
  configuration('kubeproxy.config.k8s.io/v1alpha1', 'KubeProxyConfiguration', 'kube-proxy/config/v1alpha1'),
  configuration('apiserver.config.k8s.io/v1', 'EncryptionConfiguration', 'apiserver/pkg/apis/config/v1'),
  configuration('apiserver.config.k8s.io/v1', 'EncryptionConfiguration', 'apiserver/pkg/apis/apiserver/v1'),
  configuration('apiserver.config.k8s.io/v1', 'AdmissionConfiguration', 'apiserver/pkg/apis/apiserver/v1'),
  configuration(
    'apiserver.config.k8s.io/v1beta1',
    'AuthenticationConfiguration',
    'apiserver/pkg/apis/apiserver/v1beta1',
  ),
  configuration('apiserver.config.k8s.io/v1', 'AuthenticationConfiguration', 'apiserver/pkg/apis/apiserver/v1'),
  configuration('audit.k8s.io/v1', 'Policy', 'apiserver/pkg/apis/audit/v1'),
  configuration(
    'eventratelimit.admission.k8s.io/v1alpha1',
    'Configuration',
    'plugin/pkg/admission/eventratelimit/apis/eventratelimit/v1alpha1',
  ),
  ...['v1alpha1', 'v1beta1', 'v1'].map(version =>
    configuration(
      `pod-security.admission.config.k8s.io/${version}`,
      'PodSecurityConfiguration',
      `pod-security-admission/admission/api/${version}`,
    ),
  ),
  ...served('v1', 'Namespace', 'ConfigMap', 'Secret', 'ServiceAccount', 'Service', 'Pod', 'Endpoints', 'Node'),
  ...served('apps/v1', 'Deployment', 'DaemonSet', 'StatefulSet'),
  ...served('batch/v1', 'Job'),
  ...served('rbac.authorization.k8s.io/v1', 'ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'),
  ...['v1beta1', 'v1'].flatMap(version => served(`policy/${version}`, 'PodDisruptionBudget', 'Eviction')),
  ...['v1beta1', 'v1'].flatMap(version => served(`discovery.k8s.io/${version}`, 'EndpointSlice')),
  ...served('networking.k8s.io/v1', 'NetworkPolicy'),
  ...served('certificates.k8s.io/v1', 'CertificateSigningRequest'),
  ...['v1beta1', 'v1'].map(version => ({
    apiVersion: `apiregistration.k8s.io/${version}`,
    kind: 'APIService',
    folder: `${STAGING}/kube-aggregator/pkg/apis/apiregistration/${version}`,
  })),
]

/** Beta kinds stop being served, though their types stay in the source for a while ("Deprecated API Migration Guide"). */
const SERVED_UNTIL: Readonly<Record<string, number>> = {
  'apiregistration.k8s.io/v1beta1': 21,
  'discovery.k8s.io/v1beta1': 24,
  'policy/v1beta1': 24,
}

/** Written by a rule of their own: a number or a text, or anything at all. */
const VALUES = new Set([
  'time.Duration',
  'metav1.Time',
  'metav1.MicroTime',
  'metav1.Duration',
  'resource.Quantity',
  'intstr.IntOrString',
])
const ANYTHING = new Set([
  'runtime.RawExtension',
  'runtime.Unknown',
  'runtime.Object',
  'metav1.FieldsV1',
  'v1.FieldsV1',
])

/** By minor what it knows: `kind apiVersion Kind type`, and `type field typeOfField`, each a line. */
export function kubernetesTypes(clones: string, minors: readonly number[]): {lines: Ranges; gaps: readonly string[]} {
  const gaps: string[] = []
  const known = minors.map(minor => {
    const reader = new Reader(clones, minor)
    for (const root of ROOTS) {
      if (minor <= (SERVED_UNTIL[root.apiVersion] ?? minor)) reader.addKind(root)
    }
    gaps.push(...reader.gaps)
    return reader.lines
  })
  return {lines: rangesOf(minors, carried(known)), gaps}
}

/** Admission plugins' own kinds are not published apart from Kubernetes: without its tree, what the neighbours know. */
function carried(known: readonly Set<string>[]): readonly ReadonlySet<string>[] {
  const has = (lines: ReadonlySet<string>): boolean => [...lines].some(line => line.includes('eventratelimit'))
  return known.map((lines, i) => {
    const before = known.slice(0, i).findLast(has)
    if (has(lines) || before === undefined) return lines
    const after = known.slice(i + 1).find(has)
    const both = [...before].filter(line => line.includes('eventratelimit') && (after?.has(line) ?? true))
    return new Set([...lines, ...both])
  })
}

class Reader {
  readonly lines = new Set<string>()
  readonly gaps: string[] = []
  readonly #packages = new Map<string, Package | undefined>()
  readonly #seen = new Set<string>()

  constructor(
    private readonly clones: string,
    private readonly minor: number,
  ) {}

  addKind({apiVersion, kind, folder, type = kind}: Root): void {
    if (this.#package(folder)?.has(type) !== true) return
    this.lines.add(`kind ${apiVersion} ${kind} ${this.#struct(folder, type)}`)
  }

  #package(folder: string): Package | undefined {
    if (!this.#packages.has(folder)) {
      const files = goFiles(this.clones, this.minor, folder)
      this.#packages.set(folder, files && packageOf([...files.values()].map(text => typesOf(text))))
    }
    return this.#packages.get(folder)
  }

  /** Writes down a struct with all it reaches; gives the name it has in the table. */
  #struct(folder: string, type: string): string {
    const name = `${nameOf(folder)}.${type}`
    if (this.#seen.has(name)) return name
    this.#seen.add(name)
    for (const {key, type: of} of this.#fields(folder, type)) this.lines.add(`${name} ${key} ${of}`)
    return name
  }

  #fields(folder: string, type: string): {key: string; type: string}[] {
    const found = this.#package(folder)?.get(type)
    if (found?.type.kind !== 'struct') return []
    return found.type.fields.flatMap(field => {
      if (field.key !== undefined) return [{key: field.key, type: this.#resolve(folder, found.file, field.type)}]
      if (field.type.endsWith('metav1.TypeMeta') || field.type.endsWith('v1.TypeMeta')) {
        return ['apiVersion', 'kind'].map(key => ({key, type: 'value'}))
      }
      const at = this.#locate(folder, found.file, field.type)
      return at === undefined ? [] : this.#fields(at.folder, at.type)
    })
  }

  /** `value`, `any`, the name of a struct, or one of them after `[]` or `{}` (a map). */
  #resolve(folder: string, file: GoFile, expression: string): string {
    const type = expression.replace(/^\*/, '')
    if (type === '[]byte') return 'value'
    if (type.startsWith('[]')) return `[]${this.#resolve(folder, file, type.slice(2))}`
    const map = /^map\[[^\]]+\](.+)$/.exec(type)?.[1]
    if (map !== undefined) return `{}${this.#resolve(folder, file, map)}`
    if (VALUES.has(type)) return 'value'
    if (ANYTHING.has(type)) return 'any'
    const at = this.#locate(folder, file, type)
    const found = at && this.#package(at.folder)?.get(at.type)
    if (!at || !found) return /^[a-z]\w*$/.test(type) ? 'value' : this.#unknown(folder, type)
    if (['Time', 'MicroTime', 'Duration'].includes(at.type)) return 'value'
    return found.type.kind === 'struct'
      ? this.#struct(at.folder, at.type)
      : this.#resolve(at.folder, found.file, found.type.expression)
  }

  #locate(folder: string, file: GoFile, expression: string): {folder: string; type: string} | undefined {
    const [type = '', alias] = expression.replace(/^\*/, '').split('.').reverse()
    if (alias === undefined) return {folder, type}
    const path = file.imports.get(alias)
    return path?.startsWith('k8s.io/') === true
      ? {folder: `${STAGING}/${path.slice('k8s.io/'.length)}`, type}
      : undefined
  }

  #unknown(folder: string, type: string): string {
    this.gaps.push(`1.${this.minor} ${folder}: ${type}`)
    return 'any'
  }
}

type Package = ReadonlyMap<string, {readonly type: GoType; readonly file: GoFile}>

function packageOf(files: readonly GoFile[]): Package {
  return new Map(files.flatMap(file => [...file.types].map(([name, type]) => [name, {type, file}] as const)))
}

/** `apps/v1`, `kubelet/config/v1beta1`: short, and no two the same. */
function nameOf(folder: string): string {
  return folder
    .replace(`${STAGING}/`, '')
    .replace(/^api\//, '')
    .replace(/^(?:[\w-]+\/)?pkg\/(?:apis\/)?/, '')
    .replace(/^admission\/.*\/apis\//, '')
}
