import type {ArtifactSet} from '../artifacts/artifact.js'
import type {ClusterSpec, SecurityProfile} from '../cluster/spec.js'
import {releaseOf} from '../kubernetes/releases.js'
import {imageArchives} from './installed-programs.js'
import {yamlFile} from '../yaml.js'

/** Admission plugins beyond those that are on by default ("Admission Control in Kubernetes", kubernetes.io). */
export function admissionPlugins(spec: ClusterSpec, artifacts: ArtifactSet): readonly string[] {
  const release = releaseOf(spec.kubernetesVersion)
  return [
    'NodeRestriction',
    'EventRateLimit',
    ...(release.denyServiceExternalIps ? ['DenyServiceExternalIPs'] : []),
    ...(spec.securityProfile === 'cis' && hasRegistry(artifacts) ? ['AlwaysPullImages'] : []),
  ]
}

/**
 * AdmissionConfiguration (https://kubernetes.io/docs/reference/config-api/apiserver-config.v1/).
 *
 * Event rates: far above what a cluster that is busy or just made sends (a kubelet 5 a second), far below what etcd
 * suffers from. An event above them is lost, and nothing else is.
 *
 * Pod Security: `baseline` is enforced in every namespace that says nothing else by its labels, but in kube-system, where
 * what the cluster itself needs may ask for more; whatever is not `restricted` is told to who makes it, and to the audit log.
 */
export function admissionConfig(spec: ClusterSpec): string {
  const {podSecurityConfigVersion} = releaseOf(spec.kubernetesVersion)
  return yamlFile('What kube-apiserver admits.', {
    apiVersion: 'apiserver.config.k8s.io/v1',
    kind: 'AdmissionConfiguration',
    plugins: [
      {
        name: 'EventRateLimit',
        configuration: {
          apiVersion: 'eventratelimit.admission.k8s.io/v1alpha1',
          kind: 'Configuration',
          limits: [
            {type: 'Server', qps: 1000, burst: 5000},
            {type: 'Namespace', qps: 200, burst: 1000},
            {type: 'User', qps: 200, burst: 1000},
          ],
        },
      },
      ...(podSecurityConfigVersion === undefined ? [] : [podSecurity(podSecurityConfigVersion)]),
    ],
  })
}

function podSecurity(apiVersion: string): object {
  return {
    name: 'PodSecurity',
    configuration: {
      apiVersion,
      kind: 'PodSecurityConfiguration',
      defaults: {
        enforce: 'baseline',
        'enforce-version': 'latest',
        audit: 'restricted',
        'audit-version': 'latest',
        warn: 'restricted',
        'warn-version': 'latest',
      },
      exemptions: {usernames: [], runtimeClasses: [], namespaces: ['kube-system']},
    },
  }
}

/** Images that came to the nodes as archives are in no registry: told to pull them, no container of them would start. */
function hasRegistry(artifacts: ArtifactSet): boolean {
  return imageArchives(artifacts, 'worker').length === 0
}

/** What the profile asks and these artifacts cannot give: one sentence; undefined if there is nothing. */
export function profileNotice(
  {securityProfile}: {readonly securityProfile?: SecurityProfile},
  artifacts: ArtifactSet,
): string | undefined {
  if (securityProfile !== 'cis' || hasRegistry(artifacts)) return undefined
  return 'AlwaysPullImages is left out of --security-profile cis (check 1.2.11): images come as archives here, and no registry has them to be asked.'
}
