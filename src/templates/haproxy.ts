import {controllersOf, type PlacedSpec, type WorkerNode} from '../cluster/addressing.js'
import {PATHS} from './paths.js'
import {SANDBOX} from './sandbox.js'
import {systemdUnit, type UnitSection, type UnitTemplate} from './systemd-unit.js'

/**
 * The worker's own way to the API: haproxy on 127.0.0.1:6443 passes TLS through to whichever API server answers
 * /readyz with 200 to a client certificate (https://docs.haproxy.org/2.6/configuration.html; 2.6 is Debian 12's).
 *
 * A lost controller is out within 4.5 s: 1 s to the next check, 1.5 s until it is given up, 0.5 s to the second, 1.5 s
 * again; a machine that is merely slow, or an election among the etcd members, has those 3.5 s to answer. Its sessions are cut then, so that clients connect anew instead of waiting for a dead peer. A server that is down is
 * asked twice a second, so that one that comes up is in use a second later. One that says that it is going gets no new
 * sessions, and ends by itself those that it has. Each worker begins with another controller,
 * or all would lean on the first.
 */
export function haproxyConfig(spec: PlacedSpec, node: WorkerNode): string {
  const controllers = controllersOf(spec)
  const first = (node.number - 1) % controllers.length
  const servers = [...controllers.slice(first), ...controllers.slice(0, first)]
  return `# The way of this worker's kubelet and kube-proxy to the API servers.
global
  log stderr format raw daemon notice
  stats socket /run/haproxy/stats.sock mode 600 level user
  maxconn 4000
  user haproxy
  group haproxy

defaults
  mode tcp
  log global
  option dontlognull
  option redispatch 1
  retries 3
  timeout connect 1s
  timeout check 1500ms
  # Watches are quiet for long; HTTP/2 pings every 30 s keep live ones going.
  timeout client 10m
  timeout server 10m

frontend kubernetes
  bind 127.0.0.1:6443
  default_backend controllers

backend controllers
  balance leastconn
  option httpchk
  http-check send meth GET uri /readyz ver HTTP/1.1 hdr Host kubernetes
  http-check expect error-status L7OKC ! string "[-]shutdown failed"
  http-check expect status 200
  default-server check check-ssl check-sni kubernetes verify required verifyhost kubernetes ca-file ${PATHS.ca.certificate} crt ${PATHS.haproxyClient} ssl-min-ver TLSv1.3 inter 1s fastinter 500ms downinter 500ms fall 2 rise 2 on-marked-down shutdown-sessions
${servers.map(each => `  server ${each.name} ${each.privateIp}:6443\n`).join('')}`
}

/**
 * haproxy under a unit of khw's own, which takes the place of the package's: that one waits for the network to be
 * online and reads its command line from /etc/default.
 */
export function haproxyUnit(): UnitTemplate {
  return systemdUnit({
    name: 'haproxy.service',
    unit: {Description: 'Way to the Kubernetes API servers', Documentation: 'man:haproxy(1)', After: 'network.target'},
    service: {
      Type: 'notify',
      RuntimeDirectory: 'haproxy',
      ExecStart: `/usr/sbin/haproxy -Ws -f ${PATHS.haproxyConfig} -p /run/haproxy/haproxy.pid`,
      // The new process is handed the listening sockets, the old one serves the connections it has.
      ExecReload: [`/usr/sbin/haproxy -Ws -q -c -f ${PATHS.haproxyConfig}`, '/bin/kill -USR2 $MAINPID'],
      KillMode: 'mixed',
      SuccessExitStatus: '143',
      Restart: 'always',
      RestartSec: '1s',
      ...SANDBOX,
      // It begins as root, for whom alone its key is, becomes its own user, and lets that one open enough files.
      CapabilityBoundingSet: 'CAP_SETGID CAP_SETUID CAP_KILL',
      SystemCallFilter: [...SANDBOX.SystemCallFilter, '@setuid @resources'],
      // Its regular expressions are compiled to code.
      MemoryDenyWriteExecute: 'no',
    },
    inputs: [PATHS.haproxyConfig, PATHS.haproxyClient, PATHS.ca.certificate],
    reloads: true,
    startNow: true,
  })
}

/**
 * For units that must not start before an API server is ready, at the first start and after all machines were rebooted
 * at once: asks haproxy's way for /readyz, with haproxy's certificate, until it is there.
 */
export const WAIT_FOR_API = `/bin/sh -c 'until curl -sf -m 2 -o /dev/null --cacert ${PATHS.ca.certificate} --cert ${PATHS.haproxyClient} https://127.0.0.1:6443/readyz; do sleep 0.3; done'`

export const AFTER_API: UnitSection = {
  ExecStartPre: WAIT_FOR_API,
  TimeoutStartSec: 'infinity',
}
