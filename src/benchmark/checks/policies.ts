import type {PolicyCheck} from '../policy-check.js'
import {
  clusterAdmins,
  defaultAccounts,
  hasContainer,
  mountedTokens,
  notAllowedToAll,
  sharesWithHost,
  wildcards,
} from '../policy-tests.js'

type Test = NonNullable<PolicyCheck['test']>

function tested(id: string, title: string, test: Test): PolicyCheck {
  return {id, title, test}
}

function judged(id: string, title: string, judge: string): PolicyCheck {
  return {id, title, judge}
}

/** Section 5 of the CIS Kubernetes Benchmark as kube-bench's cis-1.12 has it: 34 checks, of which 11 have a test. */
// prettier-ignore
export const POLICY_CHECKS: readonly PolicyCheck[] = [
  tested('5.1.1', 'cluster-admin is bound only where it must be', clusterAdmins),
  tested('5.1.2', 'Not everybody may read Secrets', notAllowedToAll('get secrets', 'list secrets', 'watch secrets')),
  tested('5.1.3', 'Roles name what they allow', wildcards),
  tested('5.1.4', 'Not everybody may create pods', notAllowedToAll('create pods')),
  tested('5.1.5', 'Default service accounts are not used', defaultAccounts),
  tested('5.1.6', 'Tokens are mounted only where they are needed', mountedTokens),
  judged('5.1.7', 'The group system:masters is not used', 'nobody can take its rights away; khw signs one such certificate, super-admin, which stays on your machine'),
  judged('5.1.8', 'Few may bind, impersonate or escalate', 'see which roles have these verbs'),
  judged('5.1.9', 'Few may create PersistentVolumes', 'see which roles may create persistentvolumes'),
  judged('5.1.10', 'Few reach kubelets through the API server', 'see which roles have nodes/proxy'),
  judged('5.1.11', 'Few may approve certificate requests', 'see which roles have certificatesigningrequests/approval'),
  judged('5.1.12', 'Few may change admission webhooks', 'see which roles have (mutating|validating)webhookconfigurations'),
  judged('5.1.13', 'Few may create tokens of service accounts', 'see which roles have serviceaccounts/token'),
  judged('5.2.1', 'Some policy decides on pods', 'khw sets Pod Security baseline from 1.23 on; see --admission-control-config-file'),
  tested('5.2.2', 'No container is privileged', hasContainer('privileged')),
  tested('5.2.3', "No pod shares the host's process ids", sharesWithHost('hostPID')),
  tested('5.2.4', "No pod shares the host's IPC", sharesWithHost('hostIPC')),
  tested('5.2.5', "No pod shares the host's network", sharesWithHost('hostNetwork')),
  tested('5.2.6', 'No container asks for more privileges later', hasContainer('allowPrivilegeEscalation')),
  judged('5.2.7', 'Containers do not run as root', 'only Pod Security restricted asks for it: label your namespaces'),
  judged('5.2.8', 'Containers do not have NET_RAW', 'only Pod Security restricted asks for it: label your namespaces'),
  judged('5.2.9', 'Containers drop their capabilities', 'only Pod Security restricted asks for it: label your namespaces'),
  judged('5.2.10', 'No Windows HostProcess containers', 'baseline refuses them; khw has no Windows nodes'),
  judged('5.2.11', 'No HostPath volumes', 'baseline refuses them, but not in kube-system'),
  judged('5.2.12', 'No HostPorts', 'baseline refuses them, but not in kube-system'),
  judged('5.3.1', 'The CNI enforces network policies', 'the bridge does not; see the area smoke and --cni kube-network-policies'),
  judged('5.3.2', 'Every namespace has network policies', 'see kubectl get networkpolicies --all-namespaces'),
  judged('5.4.1', 'Secrets are files, not environment variables', 'see the pods that have secretKeyRef in env'),
  judged('5.4.2', 'Secrets are kept outside', 'think of an external secret store'),
  judged('5.5.1', 'Images are admitted by where they come from', 'think of ImagePolicyWebhook, which khw does not set'),
  judged('5.6.1', 'Namespaces are boundaries', 'see that each of your uses has its own'),
  judged('5.6.2', "Pods have the runtime's seccomp profile", 'kubelets give it to those that ask for none, where the release knows seccompDefault'),
  judged('5.6.3', 'Pods and containers have a security context', 'see the securityContext of your pods'),
  judged('5.6.4', 'The default namespace is not used', 'see kubectl get all --namespace default'),
]
