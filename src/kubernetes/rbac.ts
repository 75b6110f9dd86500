import {ADMIN_GROUP, KUBELET_CLIENT_USER, NODE_GROUP} from '../pki/certificates.js'
import type {Manifest} from './objects.js'

/**
 * The rights khw's own certificates need beyond what every cluster has. Applied once, with the super-admin's
 * certificate: it alone needs no binding. haproxy's `/readyz` needs none of this: `system:public-info-viewer` gives that
 * path to everyone who has a certificate.
 */
export function rbacManifests(): readonly Manifest[] {
  return [
    // The built-in role follows what each release's kubelet asks for (`nodes/proxy`, and since 1.32 finer ones).
    clusterRoleBinding('khw:kube-apiserver-to-kubelet', 'system:kubelet-api-admin', {
      kind: 'User',
      name: KUBELET_CLIENT_USER,
    }),
    // Controller managers approve a kubelet's request for its own next certificate if it may "create" this subresource
    // (`pkg/controller/certificates/approver/sarapprove.go`); that it may ask, the Node authorizer sees to.
    clusterRoleBinding(
      'khw:kubelet-certificate-rotation',
      'system:certificates.k8s.io:certificatesigningrequests:selfnodeclient',
      {kind: 'Group', name: NODE_GROUP},
    ),
    clusterRoleBinding(ADMIN_GROUP, 'cluster-admin', {kind: 'Group', name: ADMIN_GROUP}),
  ]
}

function clusterRoleBinding(name: string, role: string, subject: {kind: 'User' | 'Group'; name: string}): Manifest {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: {name},
    roleRef: {apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role},
    subjects: [{apiGroup: 'rbac.authorization.k8s.io', ...subject}],
  }
}
