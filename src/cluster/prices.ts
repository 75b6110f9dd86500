/**
 * On-demand list prices in US dollars, Linux, without taxes, discounts, credits and free tiers, as AWS published them on
 * https://aws.amazon.com/ec2/pricing/on-demand/ and its pages for EBS, VPC and Elastic Load Balancing. A table, not a
 * quote: what is not in it is unknown, and nothing in it is looked up anew.
 */
const PRICES_AS_OF = {year: 2025, month: 6}

/** From then on the table is said to be old: AWS changes prices seldom, and then for families of types. Months. */
const OLD_AFTER = 6

/** `June 2025`; of an old table also how old: `June 2025, 17 months ago`. */
export function pricesAsOf(now: number = Date.now()): string {
  const {year, month} = PRICES_AS_OF
  const name = new Date(Date.UTC(year, month - 1)).toLocaleString('en', {month: 'long', timeZone: 'UTC'})
  const today = new Date(now)
  const age = (today.getUTCFullYear() - year) * 12 + today.getUTCMonth() + 1 - month
  return `${name} ${year}${age > OLD_AFTER ? `, ${age} months ago` : ''}`
}

/** An hour of a `large` one by region; in a family the price doubles with the size. */
type LargePrices = Readonly<Record<string, number>>

const US = ['us-east-1', 'us-east-2', 'us-west-2']

const LARGE: Readonly<Record<string, LargePrices>> = {
  t3: prices(0.0832, 0.0912, 0.096),
  t3a: prices(0.0752, 0.0816, 0.0864),
  t4g: prices(0.0672, 0.0736, 0.0768),
  m5: prices(0.096, 0.107, 0.115),
  m5a: prices(0.086, 0.096, 0.104),
  m6i: prices(0.096, 0.107, 0.115),
  m6g: prices(0.077, 0.086, 0.092),
  m7i: prices(0.1008, 0.11235, 0.12075),
  m7g: prices(0.0816),
  c5: prices(0.085, 0.096, 0.097),
  c6i: prices(0.085),
  c6g: prices(0.068, 0.073, 0.0776),
  c7i: prices(0.08925),
  c7g: prices(0.0725),
  r5: prices(0.126, 0.141, 0.152),
  r6i: prices(0.126, 0.141, 0.152),
  r6g: prices(0.1008),
}

/** How many `large` ones a size is. */
const SIZES: Readonly<Record<string, number>> = {
  nano: 1 / 16,
  micro: 1 / 8,
  small: 1 / 4,
  medium: 1 / 2,
  large: 1,
  xlarge: 2,
  '2xlarge': 4,
  '4xlarge': 8,
}

/** Sizes that a family has, of those above. */
const BURSTABLE = ['nano', 'micro', 'small', 'medium', 'large', 'xlarge', '2xlarge']
const GRAVITON = ['medium', 'large', 'xlarge', '2xlarge', '4xlarge']
const OTHERS = ['large', 'xlarge', '2xlarge', '4xlarge']

/** A GiB of gp3 for a month, with the throughput and the operations that are included. */
const GP3_MONTH = prices(0.08, 0.088, 0.0952)
/** An hour of a Network Load Balancer, without the capacity units that its traffic takes (0.006 each). */
const NLB_HOUR = prices(0.0225, 0.0252, 0.027)
/** An hour of a public IPv4 address, in use or not, the same everywhere. */
const PUBLIC_IPV4_HOUR = 0.005
/** As AWS's own calculator has it. */
const HOURS_A_MONTH = 730

/** US dollars an hour; undefined if the table has no such type or region. */
export function instancePrice(type: string, region: string): number | undefined {
  const [family = '', size = ''] = type.split('.')
  const sizes = family.startsWith('t') ? BURSTABLE : /^[a-z]+\d+g$/.test(family) ? GRAVITON : OTHERS
  const large = LARGE[family]?.[region]
  const factor = sizes.includes(size) ? SIZES[size] : undefined
  return large === undefined || factor === undefined ? undefined : large * factor
}

/** US dollars an hour of a gp3 volume; undefined if the table has no such region. */
export function volumePrice(gib: number, region: string): number | undefined {
  const month = GP3_MONTH[region]
  return month === undefined ? undefined : (month * gib) / HOURS_A_MONTH
}

/** US dollars an hour of an idle Network Load Balancer; undefined if the table has no such region. */
export function loadBalancerPrice(region: string): number | undefined {
  return NLB_HOUR[region]
}

/** US dollars an hour. */
export function publicAddressPrice(): number {
  return PUBLIC_IPV4_HOUR
}

function prices(us: number, euWest1?: number, euCentral1?: number): LargePrices {
  return {
    ...Object.fromEntries(US.map(region => [region, us])),
    ...(euWest1 === undefined ? {} : {'eu-west-1': euWest1}),
    ...(euCentral1 === undefined ? {} : {'eu-central-1': euCentral1}),
  }
}
