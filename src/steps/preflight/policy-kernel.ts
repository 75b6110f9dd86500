import {KhwError} from '../../errors.js'
import type {Check} from './check.js'

/** By which kube-network-policies looks at packets: the machines of the local region share this machine's kernel. */
export const QUEUES = {
  name: 'nftables that hands packets to programs',
  options: 'CONFIG_NFT_QUEUE, CONFIG_NETFILTER_NETLINK_QUEUE',
  probe: "nft 'table inet khw { chain a { type filter hook postrouting priority 95; queue num 98 bypass; }; }'",
}

/** That what enforces network policies can do it here. On AWS the kernels of the known images can. */
export const policyKernel: Check = {
  name: 'network policies',
  concerns: ({spec}) => spec.cni !== undefined && spec.provider === 'local' && process.getuid?.() === 0,

  async run({spec: {cni = ''}}) {
    const {missingKernelFeatures} = await import('../../local/provider.js')
    const [missing] = await missingKernelFeatures([QUEUES])
    if (missing === undefined) return {detail: `this machine's kernel has what ${cni} needs`}
    throw new KhwError(
      'LOCAL_UNSUPPORTED',
      `The kernel of this machine lacks ${missing.name} (${missing.options}), without which ${cni} enforces nothing.`,
      ['Use a machine whose kernel has it, or AWS', 'or --cni bridge, which does not enforce network policies'],
    )
  },
}
