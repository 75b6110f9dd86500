import {formatCidr, parseIpv4, type Cidr} from '../../cluster/cidr.js'

/** Parses `10.0.0.7/16` and, as EC2 does, sets the host bits to zero: 10.0.0.0/16. Undefined if malformed. */
export function canonicalCidr(text: string): Cidr | undefined {
  const [address = '', length = '', ...rest] = text.split('/')
  const value = parseIpv4(address)
  if (value === undefined || rest.length > 0 || !/^\d{1,2}$/.test(length) || Number(length) > 32) return undefined
  const prefix = Number(length)
  return {base: value - (value % 2 ** (32 - prefix)), prefix}
}

/** As `canonicalCidr`, as text. */
export function canonicalCidrText(text: string): string | undefined {
  const cidr = canonicalCidr(text)
  return cidr && formatCidr(cidr)
}

/** A range that is known to be well formed because it was stored by this region. */
export function storedCidr(text: string): Cidr {
  const cidr = canonicalCidr(text)
  if (cidr === undefined) throw new RangeError(`not a range: ${text}`)
  return cidr
}
