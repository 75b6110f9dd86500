import type {ClusterSpec} from '../cluster/spec.js'
import {releaseOf} from '../kubernetes/releases.js'
import {yamlFile} from '../yaml.js'

/** How the API server is, and nothing else of it: whole paths, so `/readyz/etcd` is not among them. */
const HEALTH_PATHS = ['/livez', '/readyz', '/healthz'] as const

/**
 * kube-apiserver's AuthenticationConfiguration
 * (https://kubernetes.io/docs/reference/access-authn-authz/authentication/#anonymous-authenticator-configuration):
 * nobody is anonymous but who asks how the server is. Undefined where the release cannot say so, and under the security
 * profile `cis`, which wants no anonymous requests at all: there `--anonymous-auth=false` takes its place.
 */
export function authenticationConfig(spec: ClusterSpec): string | undefined {
  const {anonymousPathsVersion} = releaseOf(spec.kubernetesVersion)
  if (anonymousPathsVersion === undefined || spec.securityProfile === 'cis') return undefined
  return yamlFile('Whom kube-apiserver answers without credentials: who asks for its health.', {
    apiVersion: `apiserver.config.k8s.io/${anonymousPathsVersion}`,
    kind: 'AuthenticationConfiguration',
    anonymous: {enabled: true, conditions: HEALTH_PATHS.map(path => ({path}))},
  })
}
