import {contains, parseCidr, parseIpv4} from '../../../cluster/cidr.js'
import {privateDnsName, publicDnsName} from '../../dns-names.js'
import type {ServiceTables} from '../service-tables.js'
import {type Answer, type Question, RCODE, TYPE} from './dns-message.js'

const NOTHING: Answer = {rcode: RCODE.noError, records: []}
const NO_SUCH_NAME: Answer = {rcode: RCODE.nameError, records: []}

/** Says which zones of a load balancer are in its name. */
export type ZonesInDns = (loadBalancerArn: string) => readonly string[] | undefined

function loadBalancerRecord(question: Question, tables: ServiceTables, zonesOf: ZonesInDns): Answer {
  const found = tables.loadBalancers.find(({dnsName}) => dnsName.toLowerCase() === question.name)
  if (found === undefined) return NO_SUCH_NAME
  if (question.type !== TYPE.A && question.type !== TYPE.ANY) return NOTHING
  const zones = zonesOf(found.loadBalancerArn)
  const records = found.addresses
    .filter(({availabilityZone}) => zones?.includes(availabilityZone) ?? true)
    .map(({address}) => ({type: 'A' as const, address}))
  return {rcode: RCODE.noError, records}
}

function addressRecord(question: Question, address: string | undefined): Answer {
  if (address === undefined) return NO_SUCH_NAME
  return question.type === TYPE.A || question.type === TYPE.ANY
    ? {rcode: RCODE.noError, records: [{type: 'A', address}]}
    : NOTHING
}

/**
 * What the VPC knows itself: the private and public names of its instances, the names of its addresses and of its load
 * balancers. Undefined for names that are the host's resolver's business.
 */
export function answerFromVpc(
  tables: ServiceTables,
  question: Question,
  zonesOf: ZonesInDns = () => undefined,
): Answer | undefined {
  const {name, type} = question
  const instances = Object.values(tables.instances)

  if (name === 'compute.internal' || name.endsWith('.compute.internal')) {
    const found = instances.find(({privateIp}) => privateDnsName(privateIp, tables.region) === name)
    if (found !== undefined) return addressRecord(question, found.privateIp)
    const parent = name === 'compute.internal' || name === `${tables.region}.compute.internal`
    return parent ? NOTHING : NO_SUCH_NAME
  }
  if (name.endsWith(`.elb.${tables.region}.amazonaws.com`)) return loadBalancerRecord(question, tables, zonesOf)
  if (name.endsWith(`.${tables.region}.compute.amazonaws.com`)) {
    const found = instances.find(
      ({publicIp}) => publicIp !== undefined && publicDnsName(publicIp, tables.region) === name,
    )
    return addressRecord(question, found?.privateIp)
  }
  if (name.endsWith('.in-addr.arpa')) {
    const address = name.slice(0, -'.in-addr.arpa'.length).split('.').reverse().join('.')
    const base = parseIpv4(address)
    const range = parseCidr(tables.vpcCidr)
    if (base === undefined || range === undefined || !contains(range, {base, prefix: 32})) return undefined
    if (tables.instances[address] === undefined) return NO_SUCH_NAME
    return type === TYPE.PTR || type === TYPE.ANY
      ? {rcode: RCODE.noError, records: [{type: 'PTR', name: privateDnsName(address, tables.region)}]}
      : NOTHING
  }
  // No host has an address at the top of the tree; asking the host's resolver for `worker-1` only costs time.
  if (name !== '' && !name.includes('.') && (type === TYPE.A || type === TYPE.AAAA)) return NO_SUCH_NAME
  return undefined
}
