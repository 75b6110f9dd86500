import {HostCommandError, run} from './run.js'

/** A feature of the kernel and a command that succeeds only where it is there. */
export interface KernelFeature {
  readonly name: string
  /** Options of Linux's configuration, for those who build their own. */
  readonly options: string
  /** A line of shell; it runs in namespaces of its own, so that nothing of it is left. */
  readonly probe: string
}

export const KERNEL_FEATURES: readonly KernelFeature[] = [
  {name: 'virtual Ethernet pairs', options: 'CONFIG_VETH', probe: 'ip link add khw0 type veth peer name khw1'},
  {
    name: 'nftables with address translation',
    options: 'CONFIG_NF_TABLES_INET, CONFIG_NFT_NAT, CONFIG_NFT_CT',
    probe:
      "nft 'table inet khw { chain a { type filter hook forward priority 0; ct state established accept; }; " +
      "chain b { type nat hook postrouting priority 100; masquerade; }; }'",
  },
  {
    name: 'nftables that spreads connections and refuses them',
    options: 'CONFIG_NFT_NUMGEN, CONFIG_NFT_HASH, CONFIG_NFT_REJECT',
    probe:
      "nft 'table ip khw { chain a { type filter hook input priority 0; tcp dport 1 reject with tcp reset; }; " +
      "chain b { numgen inc mod 2 vmap { 0 : accept, 1 : drop }; jhash ip saddr mod 2 vmap { 0 : accept, 1 : drop }; }; }'",
  },
  {name: 'policy routing', options: 'CONFIG_IP_MULTIPLE_TABLES', probe: 'ip rule add iif lo lookup 100'},
  {
    name: 'the overlay file system',
    options: 'CONFIG_OVERLAY_FS',
    probe:
      'mount -t tmpfs tmpfs /mnt && mkdir /mnt/l /mnt/u /mnt/w /mnt/m && ' +
      'mount -t overlay overlay -o lowerdir=/mnt/l,upperdir=/mnt/u,workdir=/mnt/w /mnt/m',
  },
]

/**
 * The features that this kernel lacks (or a container around us forbids). Tries each one in a network and a mount
 * namespace that end with the attempt; needs root, ip and nft.
 */
export async function missingKernelFeatures(features = KERNEL_FEATURES): Promise<KernelFeature[]> {
  // One process for all: each names itself when it fails.
  const script = features.map(({probe}, index) => `{ ${probe}; } >/dev/null 2>&1 || echo ${index}`).join('\n')
  const said = await run('unshare', ['--net', '--mount', 'sh', '-c', script]).catch((error: unknown) => {
    if (error instanceof HostCommandError) return undefined
    throw error
  })
  if (said === undefined)
    return [{name: 'network and mount namespaces', options: 'CONFIG_NET_NS', probe: 'unshare --net --mount true'}]
  const failed = new Set(said.split('\n').filter(Boolean).map(Number))
  return features.filter((_, index) => failed.has(index))
}
