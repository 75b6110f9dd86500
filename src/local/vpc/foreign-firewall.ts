import {isRecord} from './ip-json.js'
import type {RegionNames} from '../host/names.js'
import {run} from '../host/run.js'

/**
 * Hosts with Docker or ufw drop what they forward unless a rule in iptables' own table says otherwise
 * (https://docs.docker.com/engine/network/packet-filtering-firewalls/), and no table of ours can overrule that. So where
 * `ip filter FORWARD` exists with that policy, two rules go in front of it, and come out again on removal. That covers
 * iptables-nft; a firewall of the legacy iptables or of firewalld needs its owner to admit the region's links.
 */
async function forwardChain(): Promise<{policyDrop: boolean; rules: Record<string, unknown>[]} | undefined> {
  let listed: unknown
  try {
    listed = JSON.parse(await run('nft', ['-j', '-a', 'list', 'chain', 'ip', 'filter', 'FORWARD']))
  } catch {
    // No such chain: nothing stands in the way.
    return undefined
  }
  const objects: unknown[] = isRecord(listed) && Array.isArray(listed.nftables) ? listed.nftables : []
  const records = objects.filter(isRecord)
  return {
    policyDrop: records.some(({chain}) => isRecord(chain) && chain.policy === 'drop'),
    rules: records.map(({rule}) => rule).filter(isRecord),
  }
}

/** Both rules carry the prefix in a match, which survives being listed and saved by iptables. */
function isOurs(rule: Record<string, unknown>, names: RegionNames): boolean {
  return JSON.stringify(rule.expr ?? '').includes(`"${names.prefix}-up`)
}

export async function admitForwarding(names: RegionNames): Promise<void> {
  const chain = await forwardChain()
  if (chain?.policyDrop !== true || chain.rules.some(rule => isOurs(rule, names))) return
  const insert = (word: string): string =>
    `insert rule ip filter FORWARD ${word} "${names.prefix}-up*" counter accept\n`
  await run('nft', ['-f', '-'], {input: insert('iifname') + insert('oifname')})
}

export async function withdrawForwarding(names: RegionNames): Promise<void> {
  const chain = await forwardChain()
  const ours = (chain?.rules ?? []).filter(rule => isOurs(rule, names))
  if (ours.length === 0) return
  const input = ours.map(({handle}) => `delete rule ip filter FORWARD handle ${Number(handle)}\n`).join('')
  await run('nft', ['-f', '-'], {input})
}
