import type {ClusterSpec, Problem} from './spec.js'

/** What is wrong with a proxy for the nodes, as far as that shows without asking it. */
export function nodeProxyProblems({nodeProxy}: Pick<ClusterSpec, 'nodeProxy'>): Problem[] {
  if (nodeProxy === undefined) return []
  const fix = 'Try --node-proxy http://proxy.example.org:3128'
  if (!URL.canParse(nodeProxy) || !/^https?:$/.test(new URL(nodeProxy).protocol))
    return [{what: `--node-proxy ${nodeProxy} is not the URL of a proxy.`, fix}]
  const {username, password, hostname} = new URL(nodeProxy)
  // It is on each node, in the journal and in the tags of the VPC.
  if (username !== '' || password !== '')
    return [{what: '--node-proxy takes no user and no password: everybody could read them in user data and tags.', fix}]
  if (hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.'))
    return [{what: `--node-proxy ${nodeProxy} would be on each node itself: there is none.`, fix}]
  return []
}

/**
 * The environment in which a node downloads (curl, apt and dnf, containerd): by the proxy, but for what is in the cluster
 * itself, and for the addresses at which machines find what their provider tells them. Empty without a proxy.
 */
export function proxyEnvironment({
  nodeProxy,
  network,
}: Pick<ClusterSpec, 'nodeProxy' | 'network'>): Readonly<Record<string, string>> {
  if (nodeProxy === undefined) return {}
  const direct = [
    'localhost',
    '127.0.0.1',
    '::1',
    '169.254.0.0/16',
    '169.254.169.254',
    '169.254.169.253',
    network.vpcCidr,
    network.podCidr,
    network.serviceCidr,
    '.svc',
    '.cluster.local',
  ].join(',')
  const pairs = [
    ['http_proxy', nodeProxy],
    ['https_proxy', nodeProxy],
    ['no_proxy', direct],
  ] as const
  // curl reads http_proxy in lower case only, and others look for either.
  return Object.fromEntries(
    pairs.flatMap(([name, value]) => [
      [name, value],
      [name.toUpperCase(), value],
    ]),
  )
}
