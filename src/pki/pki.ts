import {X509Certificate} from 'node:crypto'
import type {ClusterSpec} from '../cluster/spec.js'
import {ensureAuthority, ensureLeaf} from './authority.js'
import {
  leavesOf,
  type ApiNames,
  type AuthorityName,
  type ClusterLeaf,
  type Leaf,
  type LeafName,
  type NodeLeaf,
} from './certificates.js'
import {ensureRing, type KeyKind} from './key-ring.js'
import {newPrivateKey, parsePrivateKey, publicKeyOf} from './keys.js'
import type {Issuance} from './lifetime.js'
import type {SecretStore} from './secret-store.js'
import type {KeyPair} from './x509.js'

export interface PkiInput extends ApiNames {
  readonly spec: ClusterSpec
  readonly secrets: SecretStore
  readonly now?: Date
  /** What the leaves have to be since new ones were asked for. Absent: whatever lasts is good. */
  readonly issuance?: Issuance | undefined
}

/** All keys and certificates of one cluster, PEM. */
export interface Pki {
  /** Of the API server, the kubelets and all clients of either. */
  readonly ca: KeyPair
  readonly etcdCa: KeyPair
  readonly frontProxyCa: KeyPair
  /** Signs service account tokens (ES256), and verifies them: one public key after the other while it is rotated. */
  readonly serviceAccount: {readonly publicKeys: string; readonly privateKey: string}
  leaf(name: ClusterLeaf): KeyPair
  leaf(name: NodeLeaf, node: string): KeyPair
  /** ISO 8601: when the first certificate ends. */
  readonly earliestExpiry: string
}

/** File names as Kubernetes' "PKI certificates and requirements" has them. */
const AUTHORITY_PATHS: Readonly<Record<AuthorityName, string>> = {
  kubernetes: 'pki/ca',
  etcd: 'pki/etcd/ca',
  'front-proxy': 'pki/front-proxy-ca',
}

/** PEM; of one that signs no more the public half. */
export const SERVICE_ACCOUNT_KEYS: KeyKind = {
  file: 'pki/service-account.key',
  draw: newPrivateKey,
  fits: text => parsePrivateKey(text) !== undefined,
  retired: publicKeyOf,
}

/**
 * Reads the cluster's keys and certificates from the store and makes what is missing there or does not fit any more:
 * with the same input, every byte stays. Private keys are replaced only where somebody asks for it (key-ring.ts).
 */
export async function ensurePki(input: PkiInput): Promise<Pki> {
  const {spec, secrets, now = new Date(), issuance} = input
  const authority = (name: AuthorityName) =>
    ensureAuthority({commonName: `khw ${spec.name} ${name} CA`}, {path: AUTHORITY_PATHS[name], secrets, now, issuance})
  const [ca, etcdCa, frontProxyCa, tokenKeys] = await Promise.all([
    authority('kubernetes'),
    authority('etcd'),
    authority('front-proxy'),
    ensureRing(secrets, SERVICE_ACCOUNT_KEYS),
  ])
  const issuers: Readonly<Record<AuthorityName, KeyPair>> = {kubernetes: ca, etcd: etcdCa, 'front-proxy': frontProxyCa}
  const leaves = new Map<string, KeyPair>(
    await Promise.all(
      leavesOf(input).map(async (leaf): Promise<[string, KeyPair]> => {
        const path = pathOf(leaf)
        return [path, await ensureLeaf(leaf, issuers[leaf.authority], {path, secrets, now, issuance})]
      }),
    ),
  )
  return {
    ca,
    etcdCa,
    frontProxyCa,
    serviceAccount: {
      publicKeys: tokenKeys.map(({text}) => publicKeyOf(text)).join(''),
      privateKey: tokenKeys[0].text,
    },
    leaf(name: LeafName, node?: string): KeyPair {
      const pair = leaves.get(pathOf({name, ...(node === undefined ? {} : {node})}))
      if (!pair) throw new RangeError(`no certificate ${name} for ${node ?? 'the cluster'}`)
      return pair
    },
    earliestExpiry: earliestExpiry([ca, etcdCa, frontProxyCa, ...leaves.values()]),
  }
}

/** `pki/apiserver`, `pki/kubelet-client/worker-1`: the name in the store, without `.crt` and `.key`. */
function pathOf({name, node}: Pick<Leaf, 'name' | 'node'>): string {
  return node === undefined ? `pki/${name}` : `pki/${name}/${node}`
}

/**
 * A certificate as the store has it (PEM): of an authority (`ca`, `etcd-ca`, `front-proxy-ca`), of the cluster, or of the
 * node where each has its own. Undefined if there is none.
 */
export async function storedCertificate(
  secrets: SecretStore,
  name: string,
  node?: string,
): Promise<string | undefined> {
  const authority = name === 'etcd-ca' ? AUTHORITY_PATHS.etcd : `pki/${name}`
  const own = node === undefined ? undefined : await secrets.read(`pki/${name}/${node}.crt`)
  return own ?? secrets.read(`${authority}.crt`)
}

function earliestExpiry(pairs: readonly KeyPair[]): string {
  const times = pairs.map(pair => new Date(new X509Certificate(pair.certificate).validTo).getTime())
  return new Date(Math.min(...times)).toISOString()
}
