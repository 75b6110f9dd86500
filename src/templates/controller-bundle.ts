import type {ArtifactSet} from '../artifacts/artifact.js'
import type {PlacedNode, PlacedSpec} from '../cluster/addressing.js'
import {admissionConfig} from './admission.js'
import {auditPolicy} from './audit-policy.js'
import {authenticationConfig} from './authentication-config.js'
import type {NodeBundle, NodeFile} from './bundle.js'
import {etcdUnit, type EtcdInitialState} from './etcd.js'
import {expiryFile} from './expiry.js'
import {hostsFile} from './hosts-file.js'
import {kubeApiserverUnit} from './kube-apiserver.js'
import {kubeControllerManagerUnit} from './kube-controller-manager.js'
import {kubeSchedulerUnit} from './kube-scheduler.js'
import {pairFiles, privateFile, publicFile} from './node-files.js'
import {PATHS} from './paths.js'
import {readyzResponder} from './readyz.js'
import type {ControllerSecrets} from './secrets.js'

export interface ControllerInput {
  readonly spec: PlacedSpec
  readonly artifacts: ArtifactSet
  readonly node: PlacedNode
  readonly secrets: ControllerSecrets
  readonly etcdState: EtcdInitialState
  /** ISO 8601; null: never. */
  readonly expiresAt: string | null
  /** How long its certificates last, in milliseconds. */
  readonly leafLife: number
  /** As the provider has it (RegionAccess). */
  readonly targetLag?: number | undefined
}

/**
 * All that makes a machine a controller: etcd, and the control plane that starts once etcd is up. All its units start
 * when it is applied; systemd orders them.
 */
export function controllerBundle(input: ControllerInput): NodeBundle {
  const {spec, artifacts, node, secrets, etcdState, expiresAt, leafLife, targetLag} = input
  const readyz = secrets.healthClient && readyzResponder()
  const templates = [
    etcdUnit(spec, artifacts, node, etcdState),
    kubeApiserverUnit(spec, artifacts, node, targetLag),
    kubeControllerManagerUnit(spec, artifacts, leafLife),
    kubeSchedulerUnit(spec, artifacts),
    ...(readyz === undefined ? [] : [readyz.unit]),
  ]
  return {
    files: [
      publicFile(PATHS.hosts, hostsFile(spec)),
      expiryFile(expiresAt),
      ...certificateFiles(secrets),
      ...configFiles(spec, secrets),
      ...(readyz?.files ?? []),
      ...templates.map(template => template.file),
    ],
    units: templates.map(template => template.unit),
  }
}

function certificateFiles(secrets: ControllerSecrets): NodeFile[] {
  return [
    ...pairFiles(PATHS.ca, secrets.ca),
    publicFile(PATHS.frontProxyCa, secrets.frontProxyCa),
    ...pairFiles(PATHS.frontProxyClient, secrets.frontProxyClient),
    ...pairFiles(PATHS.apiserver, secrets.apiserver),
    ...pairFiles(PATHS.apiserverKubeletClient, secrets.apiserverKubeletClient),
    ...pairFiles(PATHS.apiserverEtcdClient, secrets.apiserverEtcdClient),
    publicFile(PATHS.etcdCaForClients, secrets.etcdCa),
    ...(secrets.healthClient === undefined ? [] : pairFiles(PATHS.healthClient, secrets.healthClient)),
    ...pairFiles(PATHS.etcdHealthcheckClient, secrets.etcdHealthcheckClient),
    publicFile(PATHS.serviceAccountPublicKey, secrets.serviceAccount.publicKeys),
    privateFile(PATHS.serviceAccountPrivateKey, secrets.serviceAccount.privateKey),
    publicFile(PATHS.etcdCa, secrets.etcdCa, 'etcd'),
    ...pairFiles(PATHS.etcdServer, secrets.etcdServer, 'etcd'),
    ...pairFiles(PATHS.etcdPeer, secrets.etcdPeer, 'etcd'),
  ]
}

function configFiles(spec: PlacedSpec, {kubeconfigs, encryptionConfig}: ControllerSecrets): NodeFile[] {
  const authentication = authenticationConfig(spec)
  return [
    ...(kubeconfigs.admin === undefined ? [] : [privateFile(PATHS.adminConf, kubeconfigs.admin)]),
    privateFile(PATHS.controllerManagerConf, kubeconfigs.controllerManager),
    privateFile(PATHS.schedulerConf, kubeconfigs.scheduler),
    privateFile(PATHS.encryptionConfig, encryptionConfig),
    ...(authentication === undefined ? [] : [privateFile(PATHS.authenticationConfig, authentication)]),
    privateFile(PATHS.auditPolicy, auditPolicy()),
    privateFile(PATHS.admissionConfig, admissionConfig(spec)),
  ]
}
