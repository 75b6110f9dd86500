import type {BalancerConfig} from './balancer-config.js'
import {receivers, rejectors, type HealthOf} from './routing.js'

const TABLE = 'balancer'
/** Of connections whose clients' addresses are replaced by the load balancer's. */
const REPLACES_CLIENT = 1

/**
 * What a load balancer does with packets, as one transaction for `nft -f`. Like Amazon's own it ends no connection: it
 * chooses a target for the first packet and then translates addresses, so that what a client's connection meets is the
 * target itself. Connections that a listener has no target for are refused; other packets are dropped.
 */
export function balancerRuleset(config: BalancerConfig, healthOf: HealthOf): string {
  const chains: string[] = []
  const choices: string[] = []
  const refusals: string[] = []
  for (const {port, targetGroupArn} of config.listeners) {
    const group = config.groups[targetGroupArn]
    if (group === undefined) continue
    for (const [index, zone] of config.zones.entries()) {
      const name = `listener-${port}-${index}`
      const match = `iifname "${zone.device}" ip daddr ${zone.address} tcp dport ${port}`
      const targets = receivers(group, zone, healthOf)
      if (targets.length === 0) {
        refusals.push(`${match} reject with tcp reset`)
        continue
      }
      for (const [at, target] of targets.entries())
        chains.push(
          ...chain(`${name}-${at}`, [
            ...(group.preservesClients ? [] : [`ct mark set ${REPLACES_CLIENT}`]),
            `ip protocol tcp dnat to ${target.address}:${target.port}`,
          ]),
        )
      const choice = group.isSticky ? 'jhash ip saddr' : 'numgen inc'
      const map = targets.map((_, at) => `${at} : jump ${name}-${at}`).join(', ')
      chains.push(
        ...chain(name, [targets.length === 1 ? `jump ${name}-0` : `${choice} mod ${targets.length} vmap { ${map} }`]),
      )
      choices.push(`${match} jump ${name}`)
    }
  }
  const unhealthy = rejectors(config, healthOf).map(({address, port}) => `${address} . ${port}`)
  return [
    `table ip ${TABLE}`,
    `delete table ip ${TABLE}`,
    `table ip ${TABLE} {`,
    ...chains,
    ...chain('choose', ['type nat hook prerouting priority -100; policy accept', ...choices]),
    ...chain('replace-client', [
      'type nat hook postrouting priority 100; policy accept',
      ...config.zones.map(
        ({device, address}) => `oifname "${device}" ct mark ${REPLACES_CLIENT} ct status dnat snat to ${address}`,
      ),
    ]),
    ...chain('pass', [
      'type filter hook forward priority 0; policy drop',
      ...(unhealthy.length === 0
        ? []
        : [
            `ct direction original ip daddr . tcp dport { ${[...new Set(unhealthy)].join(', ')} } reject with tcp reset`,
          ]),
      'ct status dnat accept',
    ]),
    // Answers to health checks, and nothing else.
    ...chain('own', [
      'type filter hook input priority 0; policy drop',
      'ct state established,related accept',
      'iifname "lo" accept',
      ...refusals,
    ]),
    '}',
    '',
  ].join('\n')
}

function chain(name: string, lines: readonly string[]): string[] {
  return [`  chain ${name} {`, ...lines.map(line => `    ${line}`), '  }']
}
