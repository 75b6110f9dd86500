import {PATHS} from '../../templates/paths.js'
import type {NodeCheck} from '../check.js'
import {A, M, rowsOn} from './row.js'
import {filesBelow} from '../facts.js'
import {fileOfFlag, modeAtMost, ownedBy, treeMode, treeOwner, unitOf} from '../file-tests.js'
import type {Test} from '../tests.js'

const ROOT = 'root:root'
const PKI = '/etc/kubernetes/pki'
const CNI = '/var/lib/cni/networks'

const check = rowsOn('controller')

const etcdData = fileOfFlag('etcd', 'data-dir', '/var/lib/etcd/default.etcd')
const superAdmin = '/etc/kubernetes/super-admin.conf'

/** Section 1.1 of the benchmark. Where it speaks of pod specifications there are units. */
export const CONTROL_PLANE_FILE_CHECKS: readonly NodeCheck[] = [
  check('1.1.1', A, 'Mode of the API server unit', modeAtMost(0o600, unitOf('kube-apiserver'))),
  check('1.1.2', A, 'Owner of the API server unit', ownedBy(ROOT, unitOf('kube-apiserver'))),
  check('1.1.3', A, 'Mode of the controller manager unit', modeAtMost(0o600, unitOf('kube-controller-manager'))),
  check('1.1.4', A, 'Owner of the controller manager unit', ownedBy(ROOT, unitOf('kube-controller-manager'))),
  check('1.1.5', A, 'Mode of the scheduler unit', modeAtMost(0o600, unitOf('kube-scheduler'))),
  check('1.1.6', A, 'Owner of the scheduler unit', ownedBy(ROOT, unitOf('kube-scheduler'))),
  check('1.1.7', A, 'Mode of the etcd unit', modeAtMost(0o600, unitOf('etcd'))),
  check('1.1.8', A, 'Owner of the etcd unit', ownedBy(ROOT, unitOf('etcd'))),
  check(
    '1.1.9',
    M,
    'Mode of the pod network files',
    ofPodNetwork(directory => treeMode(directory, '', 0o600)),
  ),
  check(
    '1.1.10',
    M,
    'Owner of the pod network files',
    ofPodNetwork(directory => treeOwner(directory, ROOT)),
  ),
  check('1.1.11', A, 'Mode of the etcd data directory', modeAtMost(0o700, etcdData)),
  check('1.1.12', A, 'Owner of the etcd data directory', ownedBy('etcd:etcd', etcdData)),
  check('1.1.13', A, 'Mode of admin.conf', modeAtMost(0o600, PATHS.adminConf, superAdmin)),
  check('1.1.14', A, 'Owner of admin.conf', ownedBy(ROOT, PATHS.adminConf, superAdmin)),
  check('1.1.15', A, 'Mode of scheduler.conf', modeAtMost(0o600, PATHS.schedulerConf)),
  check('1.1.16', A, 'Owner of scheduler.conf', ownedBy(ROOT, PATHS.schedulerConf)),
  check('1.1.17', A, 'Mode of controller-manager.conf', modeAtMost(0o600, PATHS.controllerManagerConf)),
  check('1.1.18', A, 'Owner of controller-manager.conf', ownedBy(ROOT, PATHS.controllerManagerConf)),
  check('1.1.19', A, 'Owner of certificates and keys', treeOwner(PKI, ROOT)),
  check('1.1.20', M, 'Mode of certificates', treeMode(PKI, '.crt', 0o644)),
  check('1.1.21', M, 'Mode of keys', treeMode(PKI, '.key', 0o600)),
]

function ofPodNetwork(test: (directory: string) => Test): Test {
  return facts =>
    filesBelow(facts, CNI).length === 0
      ? {ok: undefined, found: 'controllers run no pods: there are no such files'}
      : test(CNI)(facts)
}
