import type {ArtifactSet} from '../artifacts/artifact.js'
import {controllersOf, type PlacedNode, type PlacedSpec} from '../cluster/addressing.js'
import {etcdReleaseOf} from '../kubernetes/releases.js'
import {installedPath} from './installed-programs.js'
import {PATHS} from './paths.js'
import {SANDBOX} from './sandbox.js'
import {commandLine, RESTART, systemdUnit, type UnitTemplate} from './systemd-unit.js'
import {AEAD_SUITES} from './tls.js'

/** The node's own member, as programs of the node reach it. */
export const ETCD_LOCAL_URL = 'https://127.0.0.1:2379'

/** 2 GiB: etcd's own default, said aloud. An event-heavy throw-away cluster stays far below it. */
const QUOTA_BYTES = 2 * 1024 ** 3

/** `existing` for a member that takes the place of one that was lost. Counts only at a member's very first start. */
export type EtcdInitialState = 'new' | 'existing'

/**
 * One etcd member. Flags as in etcd's configuration reference (https://etcd.io/docs/v3.6/op-guide/configuration/); the
 * data directory is a flag because the CIS benchmark reads it from the command line.
 *
 * `Type=notify`: the member reports ready once it has joined a quorum, so whatever is ordered after it waits. It may
 * wait for its peers as long as it takes, hence no start time-out.
 */
export function etcdUnit(
  spec: PlacedSpec,
  artifacts: ArtifactSet,
  node: PlacedNode,
  initialState: EtcdInitialState,
): UnitTemplate {
  const release = etcdReleaseOf(artifacts.versions.etcd)
  const client = `https://${node.privateIp}:2379`
  const peer = (member: PlacedNode): string => `https://${member.privateIp}:2380`
  const flags = {
    name: node.name,
    'data-dir': PATHS.etcdData,
    'initial-cluster': controllersOf(spec)
      .map(member => `${member.name}=${peer(member)}`)
      .join(','),
    'initial-cluster-token': `khw-${spec.name}`,
    'initial-cluster-state': initialState,
    'initial-advertise-peer-urls': peer(node),
    'listen-peer-urls': peer(node),
    'listen-client-urls': `${client},${ETCD_LOCAL_URL}`,
    'advertise-client-urls': client,
    'listen-metrics-urls': 'http://127.0.0.1:2381',
    'cert-file': PATHS.etcdServer.certificate,
    'key-file': PATHS.etcdServer.privateKey,
    'client-cert-auth': true,
    'trusted-ca-file': PATHS.etcdCa,
    'peer-cert-file': PATHS.etcdPeer.certificate,
    'peer-key-file': PATHS.etcdPeer.privateKey,
    'peer-client-cert-auth': true,
    'peer-trusted-ca-file': PATHS.etcdCa,
    'tls-min-version': release.tlsMinVersionFlag ? 'TLS1.3' : undefined,
    'cipher-suites': release.tlsMinVersionFlag ? undefined : AEAD_SUITES.join(','),
    'quota-backend-bytes': QUOTA_BYTES,
    'auto-compaction-mode': 'periodic',
    'auto-compaction-retention': '1h',
    'enable-v2': release.v2Api ? false : undefined,
  }
  return systemdUnit({
    name: 'etcd.service',
    unit: {Description: 'etcd member of the cluster', Documentation: 'https://etcd.io/docs/', After: 'network.target'},
    service: {
      Type: 'notify',
      User: 'etcd',
      Group: 'etcd',
      ExecStart: commandLine(installedPath(artifacts, 'etcd', 'controller'), flags),
      ...RESTART,
      TimeoutStartSec: 'infinity',
      LimitNOFILE: '65536',
      StateDirectory: 'etcd',
      StateDirectoryMode: '0700',
      ...SANDBOX,
    },
    // Its certificates it reads at each handshake, as server and as client (client/pkg/transport/listener.go, 3.4 and newer);
    // the authority's once.
    inputs: [PATHS.etcdCa],
    startNow: true,
  })
}
