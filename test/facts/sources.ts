import {execFileSync} from 'node:child_process'
import {existsSync} from 'node:fs'
import {join} from 'node:path'

/** Part of Kubernetes' source tree as some repository has it. */
interface Part {
  readonly repository: string
  /** Which minors, and which tag or branch has one of them. */
  readonly refs: Readonly<Record<number, string>>
  /** Folder in that repository; '' is its root. */
  readonly at: string
  /** Folder of Kubernetes' own tree that it is; '' is its root. */
  readonly is: string
}

const STAGING = 'staging/src/k8s.io'
const MINORS = Array.from({length: 18}, (_, i) => 20 + i)

/** The repositories that Kubernetes publishes its staging folders to, and what each had of 1.37 after its code freeze. */
const PUBLISHED: Readonly<Record<string, string>> = {
  api: '10b39a39bcee',
  apimachinery: 'eed236ceee2c',
  apiserver: '24a394e516bf',
  'cloud-provider': '46666112f47d',
  'component-base': '349fbe06359c',
  'controller-manager': 'eb4af90b1fe3',
  'kube-aggregator': '232ca687ab24',
  'kube-proxy': 'd37b2e75a8dc',
  kubelet: '63b3249724f7',
  'pod-security-admission': '8f84a87c7f61',
}

/**
 * Where a file of a minor is looked for, in this order. A clone of kubernetes/kubernetes with its tags has all of them;
 * the others are for whoever cannot have it whole: the published staging folders, and what others keep a copy of (with
 * changes of their own: OURS_NOT below).
 */
const PARTS: readonly Part[] = [
  {
    repository: 'kubernetes/kubernetes',
    refs: Object.fromEntries(MINORS.map(minor => [minor, minor === 20 ? 'v1.20.2' : `v1.${minor}.0`])),
    at: '',
    is: '',
  },
  ...Object.entries(PUBLISHED).map(([name, newest]) => ({
    repository: `kubernetes/${name}`,
    refs: Object.fromEntries(MINORS.map(minor => [minor, minor === 37 ? newest : `v0.${minor}.0`])),
    at: '',
    is: `${STAGING}/${name}`,
  })),
  {
    repository: 'openshift/microshift',
    refs: {
      21: '4.8.0-0.microshift-2022-04-20-182108',
      23: '4.10.0-202209082058',
      25: 'release-4.12',
      26: 'release-4.13',
      27: 'release-4.14',
      28: 'release-4.15',
      29: 'release-4.16',
      30: 'release-4.17',
    },
    at: 'vendor/k8s.io/kubernetes',
    is: '',
  },
  {
    repository: 'openshift/microshift',
    refs: {
      31: 'release-4.18',
      32: 'release-4.19',
      33: 'release-4.20',
      34: 'release-4.21',
      35: 'release-4.22',
      36: 'release-4.23',
    },
    at: 'deps/github.com/openshift/kubernetes',
    is: '',
  },
  {
    repository: 'kubernetes/autoscaler',
    refs: {22: 'cluster-autoscaler-release-1.22', 24: 'cluster-autoscaler-release-1.24'},
    at: 'cluster-autoscaler/vendor/k8s.io/kubernetes',
    is: '',
  },
]

/** Flags and fields that the copies have and Kubernetes has not. */
export const OURS_NOT: readonly string[] = ['openshift-config', 'unsupported-kube-api-over-localhost']

/** Go files of one folder of Kubernetes' tree, by name, without tests; undefined where no source of that minor has it. */
export function goFiles(clones: string, minor: number, folder: string): ReadonlyMap<string, string> | undefined {
  for (const {repository, refs, at, is} of PARTS) {
    const ref = refs[minor]
    if (ref === undefined || !`${folder}/`.startsWith(is === '' ? '' : `${is}/`)) continue
    const inside = [at, folder.slice(is.length).replace(/^\//, '')].filter(part => part !== '').join('/')
    const files = filesAt(join(clones, repository), ref, inside)
    if (files.size > 0) return files
  }
  return undefined
}

/** Go files of a folder at a ref of a clone, without tests; none where there is no such clone, ref or folder. */
export function filesAt(clone: string, ref: string, folder: string): ReadonlyMap<string, string> {
  if (!existsSync(clone)) return new Map()
  const listed = git(clone, ['ls-tree', ref, folder === '' ? '.' : `${folder}/`]) ?? ''
  const blobs = [...listed.matchAll(/^\d+ blob (\w+)\t(?:.*\/)?([^/\n]+\.go)$/gm)]
    .map(([, object = '', name = '']) => ({object, name}))
    .filter(({name}) => !/_test\.go$|_windows\.go$|_others?\.go$|zz_generated/.test(name))
  if (blobs.length === 0) return new Map()
  const objects = git(clone, ['cat-file', '--batch'], blobs.map(({object}) => `${object}\n`).join('')) ?? ''
  return new Map(split(Buffer.from(objects)).map((text, i) => [blobs[i]?.name ?? '', text]))
}

/** What `git cat-file --batch` prints: a line that ends with the size in bytes, so many bytes, a line break. */
function split(batch: Buffer): string[] {
  const texts: string[] = []
  for (let at = 0; at < batch.length;) {
    const line = batch.indexOf('\n', at)
    const end = line + 1 + Number(batch.subarray(at, line).toString().split(' ')[2])
    texts.push(batch.subarray(line + 1, end).toString())
    at = end + 1
  }
  return texts
}

/** What git prints; undefined if it fails. */
export function git(clone: string, args: readonly string[], input = ''): string | undefined {
  try {
    return execFileSync('git', ['-C', clone, ...args], {
      input,
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'ignore'],
      maxBuffer: 1 << 28,
    })
  } catch {
    return undefined
  }
}
