/** An IPv4 range (RFC 4632): `base` is its first address as an unsigned 32-bit number. */
export interface Cidr {
  readonly base: number
  readonly prefix: number
}

/** The number of a dotted IPv4 address, or undefined if it is none. */
export function parseIpv4(text: string): number | undefined {
  const parts = text.split('.')
  if (parts.length !== 4) return undefined
  let value = 0
  for (const part of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined
    value = value * 256 + Number(part)
  }
  return value
}

export function formatIpv4(value: number): string {
  return [24, 16, 8, 0].map(shift => Math.floor(value / 2 ** shift) % 256).join('.')
}

/** Parses `10.0.0.0/16`; undefined if malformed or if host bits are set. */
export function parseCidr(text: string): Cidr | undefined {
  const [address = '', length = '', ...rest] = text.split('/')
  const base = parseIpv4(address)
  if (base === undefined || rest.length > 0 || !/^\d{1,2}$/.test(length) || Number(length) > 32) return undefined
  const prefix = Number(length)
  return base % 2 ** (32 - prefix) === 0 ? {base, prefix} : undefined
}

export function formatCidr(cidr: Cidr): string {
  return `${formatIpv4(cidr.base)}/${cidr.prefix}`
}

export function sizeOf(cidr: Cidr): number {
  return 2 ** (32 - cidr.prefix)
}

export function contains(outer: Cidr, inner: Cidr): boolean {
  return outer.prefix <= inner.prefix && inner.base >= outer.base && inner.base < outer.base + sizeOf(outer)
}

export function overlap(a: Cidr, b: Cidr): boolean {
  return contains(a, b) || contains(b, a)
}

/** How many blocks of length `/prefix` the range holds. */
export function blocksOf(cidr: Cidr, prefix: number): number {
  return prefix < cidr.prefix ? 0 : 2 ** (prefix - cidr.prefix)
}

/** The i-th (from 0) block of length `/prefix` in the range. */
export function blockAt(cidr: Cidr, prefix: number, index: number): Cidr {
  if (index < 0 || index >= blocksOf(cidr, prefix))
    throw new RangeError(`${formatCidr(cidr)} has no /${prefix} block ${index}`)
  return {base: cidr.base + index * 2 ** (32 - prefix), prefix}
}
