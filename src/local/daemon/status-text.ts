import type {RegionStatus} from './status.js'

/** The status for people: what runs, then what is missing and what to type. */
export function statusText(status: RegionStatus): string {
  const {endpoint, pid, machines, loadBalancers, problems} = status
  const up = machines.filter(machine => machine.running).length
  const lines = [
    [
      'Region',
      endpoint === null ? 'not running (it starts when it is needed)' : `running at ${endpoint} (process ${pid ?? ''})`,
    ],
    ['Machines', machines.length === 0 ? 'none' : `${machines.length}, of which ${up} run`],
    ...(loadBalancers.length === 0
      ? []
      : [['Balancers', loadBalancers.map(({dnsName, state}) => `${dnsName} (${state})`).join(', ')]]),
    ['Image', status.image ?? 'not made yet: khw local setup'],
    ['State', status.directory],
    ...(status.prefix === null
      ? []
      : [['Prefix', `${status.prefix} (namespaces, links, cgroups and tables of this region)`]]),
    ['This host', problems.length === 0 ? 'has what it needs' : 'lacks something:'],
  ].map(([name = '', value = '']) => `${name.padEnd(10)}${value}`)
  return [...lines, ...problems.flatMap(({what, fix}) => [`  ${what}`, `    ${fix}`])].join('\n')
}
