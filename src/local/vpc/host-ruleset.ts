import {type Cidr, formatCidr} from '../../cluster/cidr.js'
import type {RegionNames} from '../host/names.js'

/**
 * The region's table in the host's own namespace, as one transaction for `nft -f`: instances go out masqueraded;
 * nobody but this host and other VPCs of the region opens a connection to them; and a public address nobody has is not
 * looked for elsewhere. nftables asks every table, so an accept here does not lift a drop of the host's own firewall:
 * see foreign-firewall.ts.
 */
export function hostRuleset(names: RegionNames, publicRange: Cidr): string {
  const uplinks = `"${names.prefix}-up*"`
  const range = formatCidr(publicRange)
  return `table ip ${names.hostTable}
delete table ip ${names.hostTable}
table ip ${names.hostTable} {
  chain forward {
    type filter hook forward priority 0; policy accept
    oifname ${uplinks} iifname ${uplinks} accept
    oifname ${uplinks} ct state established,related accept
    oifname ${uplinks} drop
    iifname ${uplinks} ip daddr ${range} drop
  }
  chain output {
    type filter hook output priority 0; policy accept
    ip daddr ${range} oifname != ${uplinks} oifname != "lo" drop
  }
  chain postrouting {
    type nat hook postrouting priority 100; policy accept
    ip saddr ${range} oifname != ${uplinks} oifname != "lo" masquerade
  }
}
`
}
