import type {ArtifactSet} from '../artifacts/artifact.js'
import type {PlacedSpec, PlacedWorker} from '../cluster/addressing.js'
import type {NodeBundle} from './bundle.js'
import {proxyEnvironment} from '../cluster/node-proxy.js'
import {cniConfig} from './cni-config.js'
import {containerdConfig, containerdUnit, imagesUnit, registryHosts} from './containerd.js'
import {expiryFile} from './expiry.js'
import {haproxyConfig, haproxyUnit} from './haproxy.js'
import {hostsFile} from './hosts-file.js'
import {kubeProxyConfig, kubeProxyUnit} from './kube-proxy.js'
import {kubeletConfig, kubeletUnit} from './kubelet.js'
import {pairFiles, privateFile, publicFile} from './node-files.js'
import {PATHS} from './paths.js'
import {kernelFiles, podNetworkScript, podNetworkUnit, podResolvConf} from './pod-network.js'
import type {WorkerSecrets} from './secrets.js'
import {spotDrainScript, spotDrainUnit} from './spot-drain.js'

export interface WorkerInput {
  readonly spec: PlacedSpec
  readonly artifacts: ArtifactSet
  readonly node: PlacedWorker
  readonly secrets: WorkerSecrets
  /** ISO 8601; null: never. */
  readonly expiresAt: string | null
}

/**
 * All that makes a machine a worker. All its units start when it is applied: the kubelet waits by itself for an API
 * server and kube-proxy for the kubelet, as they do when all machines are rebooted at once.
 */
export function workerBundle({spec, artifacts, node, secrets, expiresAt}: WorkerInput): NodeBundle {
  const templates = [
    podNetworkUnit(),
    containerdUnit(artifacts, proxyEnvironment(spec)),
    imagesUnit(artifacts),
    haproxyUnit(),
    kubeletUnit(spec, artifacts, node),
    kubeProxyUnit(artifacts),
    spec.spot === true ? spotDrainUnit() : undefined,
  ].filter(template => template !== undefined)
  const hosts = registryHosts(artifacts)
  return {
    files: [
      publicFile(PATHS.hosts, hostsFile(spec)),
      expiryFile(expiresAt),
      publicFile(PATHS.resolvConf, podResolvConf(spec)),
      ...kernelFiles(),
      podNetworkScript(spec, node),
      publicFile(PATHS.ca.certificate, secrets.ca),
      ...pairFiles(PATHS.kubelet, secrets.kubeletServer),
      ...pairFiles(PATHS.kubeletClient, secrets.kubeletClient),
      privateFile(PATHS.haproxyClient, pemBundle(secrets.haproxyClient.certificate, secrets.haproxyClient.privateKey)),
      privateFile(PATHS.haproxyConfig, haproxyConfig(spec, node)),
      privateFile(PATHS.containerdConfig, containerdConfig(artifacts)),
      ...(hosts === undefined ? [] : [publicFile(PATHS.anyRegistryHosts, hosts)]),
      privateFile(PATHS.cniConfig, cniConfig(node)),
      privateFile(PATHS.kubeletConf, secrets.kubeconfigs.kubelet),
      privateFile(PATHS.proxyConf, secrets.kubeconfigs.proxy),
      privateFile(PATHS.kubeletConfig, kubeletConfig(spec, artifacts)),
      privateFile(PATHS.kubeProxyConfig, kubeProxyConfig(spec)),
      ...(spec.spot === true ? [spotDrainScript(spec, node)] : []),
      ...templates.map(template => template.file),
    ],
    units: templates.map(template => template.unit),
  }
}

function pemBundle(...texts: readonly string[]): string {
  return texts.map(text => (text.endsWith('\n') ? text : `${text}\n`)).join('')
}
