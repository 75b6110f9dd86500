import {overlap, parseCidr, type Cidr} from '../../cluster/cidr.js'
import {isOpenToWorld, listRanges} from '../../cluster/operator-ranges.js'
import {KhwError} from '../../errors.js'
import type {Check} from './check.js'

/** Ranges that mean something else to every machine (RFC 6890), or to EC2. */
const TAKEN: readonly (readonly [string, string])[] = [
  ['0.0.0.0/8', '"this network"'],
  ['127.0.0.0/8', 'loopback'],
  ['169.254.0.0/16', 'link-local, where instances find their metadata'],
  ['224.0.0.0/3', 'multicast and reserved addresses'],
]

/** Ranges that are nobody's on the internet (RFC 1918, RFC 6598). */
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10']

/** The ranges of machines, pods and services against those that mean something else. That they lie apart is known by now. */
export const addressRanges: Check = {
  name: 'address ranges',

  async run({spec, facts, access, ranges}) {
    const {network = spec.network} = await facts.network()
    const named: readonly (readonly [string, string])[] = [
      // That of a VPC which could not be looked at is not known.
      ...(network.vpcCidr === '' ? [] : [['--vpc-cidr', network.vpcCidr] as const]),
      ['--pod-cidr', network.podCidr],
      ['--service-cidr', network.serviceCidr],
    ]
    // Of the whole world, only what is outside of the cluster comes from outside.
    const operators = listRanges(ranges ?? access).filter(
      range => range !== '0.0.0.0/32' && !isOpenToWorld(cidr(range)),
    )
    const clashes = named.flatMap(([flag, text]) => [
      ...TAKEN.filter(([taken]) => overlap(cidr(text), cidr(taken))).map(
        ([, what]) => `${flag} ${text} covers ${what}`,
      ),
      ...operators
        .filter(range => overlap(cidr(text), cidr(range)))
        .map(range => `${flag} ${text} overlaps ${range}, from which the cluster is to be reached`),
    ])
    if (clashes.length > 0)
      throw new KhwError('CHECK_FAILED', `${clashes.join('; ')}: packets would go astray.`, [
        'Choose other ranges: --vpc-cidr, --pod-cidr, --service-cidr',
      ])
    const detail = named.map(([, text]) => text).join(', ')
    const foreign = named.filter(([, text]) => !PRIVATE.some(range => overlap(cidr(range), cidr(text))))
    if (foreign.length === 0) return Promise.resolve({detail})
    return Promise.resolve({
      detail: `${foreign.map(([, text]) => text).join(', ')} belongs to somebody on the internet, whom the nodes will not reach`,
      fix: `Better take private ranges: ${foreign.map(([flag]) => flag).join(', ')}`,
    })
  },
}

function cidr(text: string): Cidr {
  const parsed = parseCidr(text)
  if (parsed === undefined) throw new RangeError(`not a range: ${text}`)
  return parsed
}
