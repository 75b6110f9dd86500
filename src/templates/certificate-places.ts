import type {Role} from '../cluster/addressing.js'
import {PATHS} from './paths.js'
import {shellQuote} from './shell-quote.js'

/** One certificate of a node: what the PKI calls it, and the file that holds it. */
export interface CertificatePlace {
  /** As in the PKI's table; `ca`, `etcd-ca` and `front-proxy-ca` are the authorities. */
  readonly name: string
  readonly path: string
  /** `kubeconfig`: embedded in one, as the user's certificate. */
  readonly form: 'pem' | 'kubeconfig'
  /** Only of a file: another, whose certificate is the one in use while it is there. */
  readonly over?: string
  /** It may be missing without anything being wrong. */
  readonly optional?: true
}

/** Where each certificate is that a node of a role has. */
export const CERTIFICATE_PLACES: Readonly<Record<Role, readonly CertificatePlace[]>> = {
  controller: [
    pem('ca', PATHS.ca.certificate),
    pem('etcd-ca', PATHS.etcdCa),
    pem('front-proxy-ca', PATHS.frontProxyCa),
    pem('apiserver', PATHS.apiserver.certificate),
    pem('apiserver-kubelet-client', PATHS.apiserverKubeletClient.certificate),
    pem('apiserver-etcd-client', PATHS.apiserverEtcdClient.certificate),
    pem('front-proxy-client', PATHS.frontProxyClient.certificate),
    pem('etcd-server', PATHS.etcdServer.certificate),
    pem('etcd-peer', PATHS.etcdPeer.certificate),
    pem('etcd-healthcheck-client', PATHS.etcdHealthcheckClient.certificate),
    {...pem('health', PATHS.healthClient.certificate), optional: true},
    kubeconfig('kube-controller-manager', PATHS.controllerManagerConf),
    kubeconfig('kube-scheduler', PATHS.schedulerConf),
    kubeconfig('admin', PATHS.adminConf),
  ],
  worker: [
    pem('ca', PATHS.ca.certificate),
    {...pem('kubelet-client', PATHS.kubeletClient.certificate), over: PATHS.kubeletRotated},
    pem('kubelet-server', PATHS.kubelet.certificate),
    kubeconfig('kube-proxy', PATHS.proxyConf),
    pem('haproxy', PATHS.haproxyClient),
  ],
}

/**
 * The command (POSIX sh, for root) that prints the certificates of a node, and nothing else of those files: for each
 * place a line with its path and the certificate as PEM in base64, or the path alone if there is none.
 */
export function readCertificatesCommand(role: Role): string {
  return CERTIFICATE_PLACES[role]
    .map(
      ({path, form, over}) =>
        `echo ${path} "$(${READERS[form](over === undefined ? shellQuote(path) : inUse(path, over))})"`,
    )
    .join('\n')
}

function inUse(path: string, over: string): string {
  return `"$([ -e ${shellQuote(over)} ] && echo ${shellQuote(over)} || echo ${shellQuote(path)})"`
}

const READERS: Readonly<Record<CertificatePlace['form'], (file: string) => string>> = {
  pem: file => `sed -n '/-BEGIN CERTIFICATE-/,/-END CERTIFICATE-/p' ${file} 2>/dev/null | base64 -w 0`,
  kubeconfig: file => `sed -n 's/^ *client-certificate-data: *//p' ${file} 2>/dev/null`,
}

/** PEM by path, as the command printed it; undefined where there is none. */
export function parseCertificates(text: string): ReadonlyMap<string, string | undefined> {
  const lines = text.split('\n').map(line => line.trim().split(' '))
  return new Map(
    lines.flatMap(([path = '', base64 = '']): [string, string | undefined][] =>
      path === '' ? [] : [[path, base64 === '' ? undefined : Buffer.from(base64, 'base64').toString('utf8')]],
    ),
  )
}

function pem(name: string, path: string): CertificatePlace {
  return {name, path, form: 'pem'}
}

function kubeconfig(name: string, path: string): CertificatePlace {
  return {name, path, form: 'kubeconfig'}
}
