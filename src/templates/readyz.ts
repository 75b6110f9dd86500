import {section, type UnitTemplate} from './systemd-unit.js'
import {SANDBOX} from './sandbox.js'
import {executable, privateFile} from './node-files.js'
import type {NodeFile} from './bundle.js'
import {PATHS} from './paths.js'

/** Where a controller tells load balancers how its API server is. */
export const READYZ_PORT = 6444

const SOCKET = 'khw-readyz.socket'
const SERVICE = 'khw-readyz@.service'
const UNITS = '/etc/systemd/system'

/**
 * What a load balancer asks for a controller's health: plain HTTP on port 6444, answered with 200 if the controller's own
 * API server says at /readyz that it is ready, as it does not without its etcd member, and with 503 otherwise.
 *
 * A load balancer cannot ask the API server itself: it shows no certificate, and not every release answers somebody
 * anonymous at /readyz; and the checks of a Network Load Balancer fail where TLS 1.3 is the least (ELB user guide,
 * "Health checks for Network Load Balancer target groups"). Nothing is told but the one word, and the security group
 * lets only the load balancer in.
 *
 * systemd listens, and starts the script for each connection with that as its input and output (systemd.socket(5),
 * `Accept=`): there is no further program to install.
 */
export function readyzResponder(): {readonly unit: UnitTemplate; readonly files: readonly NodeFile[]} {
  return {
    unit: {
      // What the script reads, it reads each time.
      unit: {name: SOCKET, inputs: [], startNow: true},
      file: privateFile(`${UNITS}/${SOCKET}`, SOCKET_TEXT),
    },
    files: [privateFile(`${UNITS}/${SERVICE}`, SERVICE_TEXT), executable(PATHS.readyzScript, SCRIPT)],
  }
}

const SOCKET_TEXT = `[Unit]
Description=Health of the Kubernetes API server, for load balancers

[Socket]
ListenStream=${READYZ_PORT}
Accept=yes
MaxConnections=64
# However often it is asked, it goes on answering.
TriggerLimitIntervalSec=0

[Install]
WantedBy=sockets.target
`

const SERVICE_TEXT = `[Unit]
Description=Health of the Kubernetes API server, for a load balancer
CollectMode=inactive-or-failed

${section('Service', {
  ExecStart: `-${PATHS.readyzScript}`,
  StandardInput: 'socket',
  StandardError: 'null',
  RuntimeMaxSec: '5',
  // Each answer would be three lines of the journal.
  LogLevelMax: 'err',
  // As root, for whom alone the key is, without root's rights.
  ...SANDBOX,
})}`

const {certificate, privateKey} = PATHS.healthClient

const SCRIPT = `#!/bin/sh
# Answers one HTTP request with how this controller's own API server is. Made by khw.
while read -r line; do
  case $line in '' | "$(printf '\\r')") break ;; esac
done
status='503 Service Unavailable'
if curl -sf -m 2 -o /dev/null --cacert ${PATHS.ca.certificate} --cert ${certificate} --key ${privateKey} https://127.0.0.1:6443/readyz; then
  status='200 OK'
fi
printf 'HTTP/1.1 %s\\r\\nContent-Length: 0\\r\\nConnection: close\\r\\n\\r\\n' "$status"
`
