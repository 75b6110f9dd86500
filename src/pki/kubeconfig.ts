import {yamlText} from '../yaml.js'

/** Who the user is: PEM, which is embedded, or where the PEM files are, on the machine where the kubeconfig is used. */
export type Credentials =
  | {readonly certificate: string; readonly privateKey: string}
  | {readonly certificateFile: string; readonly privateKeyFile: string}

interface Kubeconfig {
  readonly clusterName: string
  /** `https://127.0.0.1:6443` */
  readonly server: string
  /** PEM: the authority that signed the server's certificate. */
  readonly ca: string
  /** What the file calls the user; who it is, the certificate says. */
  readonly user: string
  /** More ways to the same cluster, by context name: `{'demo-controller-2': 'https://198.18.0.4:6443'}`. */
  readonly contexts?: Readonly<Record<string, string>>
}

export type KubeconfigInput = Kubeconfig & Credentials

/** A kubeconfig (client-go's `v1 Config`). The current context has the cluster's name. */
export function kubeconfig(input: KubeconfigInput): string {
  const {clusterName, server, user} = input
  const servers = Object.entries({[clusterName]: server, ...input.contexts})
  return yamlText({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: servers.map(([name, url]) => ({
      name,
      cluster: {server: url, 'certificate-authority-data': base64(input.ca)},
    })),
    users: [{name: user, user: credentialsOf(input)}],
    contexts: servers.map(([name]) => ({name, context: {cluster: name, user}})),
    'current-context': clusterName,
  })
}

function credentialsOf(input: Credentials): Readonly<Record<string, string>> {
  return 'certificate' in input
    ? {'client-certificate-data': base64(input.certificate), 'client-key-data': base64(input.privateKey)}
    : {'client-certificate': input.certificateFile, 'client-key': input.privateKeyFile}
}

export interface OperatorKubeconfigInput extends Omit<Kubeconfig, 'contexts'> {
  /** PEM: the user's. */
  readonly certificate: string
  readonly privateKey: string
  /** More ways to the same cluster, by what is at their end (`controller-2`): `https://address:6443`. */
  readonly others: Readonly<Record<string, string>>
}

/** The operator's: one context by default, and one for each of the other ways (`demo-controller-2`), for when one is lost. */
export function operatorKubeconfig(input: OperatorKubeconfigInput): string {
  const {others, ...rest} = input
  const contexts: Record<string, string> = {}
  for (const [end, url] of Object.entries(others)) contexts[`${input.clusterName}-${end}`] = url
  return kubeconfig({...rest, user: `${input.clusterName}-${input.user}`, contexts})
}

function base64(pem: string): string {
  return Buffer.from(pem).toString('base64')
}
