import type {ArtifactSet} from '../artifacts/artifact.js'
import type {ClusterSpec} from '../cluster/spec.js'
import {releaseOf} from '../kubernetes/releases.js'
import {credentials} from './credentials.js'
import {installedPath} from './installed-programs.js'
import {bothOf, PATHS} from './paths.js'
import {ownUser, SANDBOX} from './sandbox.js'
import {commandLine, RESTART, systemdUnit, type UnitTemplate} from './systemd-unit.js'

/**
 * What it signs begins so much earlier, in milliseconds, and the duration counts from there (`pkg/controller/certificates`:
 * `signer/ca_provider.go` and `authority/authority.go` in 1.20, `authority/policies.go` in 1.36): what was to last 2 minutes
 * would have ended 3 minutes before it is issued. From 1.22 on a duration under 8 hours counts from now, so that such a
 * certificate lasts these minutes longer than khw's.
 */
const BACKDATED = 300_000

/**
 * kube-controller-manager, by its command line reference. It talks to the API server of its own machine; one of them
 * all holds the lease and works. It does not allocate pod ranges: those are in the VPC's routes and in each worker's
 * CNI configuration.
 *
 * What kubelets ask for it signs for `leafLife` (milliseconds), as long as khw's own certificates last.
 */
export function kubeControllerManagerUnit(spec: ClusterSpec, artifacts: ArtifactSet, leafLife: number): UnitTemplate {
  const {at, settings} = credentials([PATHS.controllerManagerConf, PATHS.serviceAccountPrivateKey, ...bothOf(PATHS.ca)])
  const flags = {
    'bind-address': '127.0.0.1',
    port: releaseOf(spec.kubernetesVersion).insecurePortFlag ? 0 : undefined,
    kubeconfig: at(PATHS.controllerManagerConf),
    'authentication-kubeconfig': at(PATHS.controllerManagerConf),
    'authorization-kubeconfig': at(PATHS.controllerManagerConf),
    'leader-elect': true,
    'use-service-account-credentials': true,
    'service-account-private-key-file': at(PATHS.serviceAccountPrivateKey),
    'root-ca-file': PATHS.ca.certificate,
    'cluster-signing-cert-file': at(PATHS.ca.certificate),
    'cluster-signing-key-file': at(PATHS.ca.privateKey),
    'cluster-signing-duration': `${Math.floor((leafLife + BACKDATED) / 1000)}s`,
    'requestheader-client-ca-file': PATHS.frontProxyCa,
    'service-cluster-ip-range': spec.network.serviceCidr,
    'allocate-node-cidrs': false,
    'terminated-pod-gc-threshold': 50,
    profiling: false,
    v: 2,
  }
  return systemdUnit({
    name: 'kube-controller-manager.service',
    unit: {
      Description: 'Kubernetes controller manager',
      Documentation: 'https://kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager/',
      Wants: 'kube-apiserver.service',
      After: 'network.target kube-apiserver.service',
    },
    service: {
      ExecStart: commandLine(installedPath(artifacts, 'kube-controller-manager', 'controller'), flags),
      ...RESTART,
      ...ownUser('kube-controller-manager'),
      ...settings,
      ...SANDBOX,
    },
    inputs: [PATHS.controllerManagerConf, PATHS.serviceAccountPrivateKey, PATHS.frontProxyCa, ...bothOf(PATHS.ca)],
    startNow: true,
  })
}
