/** Vcpus and memory of an instance type, as EC2 has them. */
export interface InstanceType {
  readonly name: string
  readonly architecture: 'x86_64' | 'arm64'
  readonly vcpus: number
  readonly memoryMib: number
}

/** Sizes of the burstable families (t3, t3a, t4g): vcpus, GiB. */
const BURSTABLE = [
  ['nano', 2, 0.5],
  ['micro', 2, 1],
  ['small', 2, 2],
  ['medium', 2, 4],
  ['large', 2, 8],
  ['xlarge', 4, 16],
  ['2xlarge', 8, 32],
] as const

/** Sizes of the other families: vcpus; memory follows from the family. */
const REGULAR = [
  ['large', 2],
  ['xlarge', 4],
  ['2xlarge', 8],
  ['4xlarge', 16],
] as const

/** GiB a vcpu, by the family's first letter: compute, graphics, general purpose, memory. */
const MEMORY_PER_VCPU = {c: 2, g: 4, m: 4, r: 8} as const

/** The types this region offers: the common families, up to 16 vcpus. */
export const INSTANCE_TYPES: readonly InstanceType[] = [
  ...burstable('t3', 'x86_64'),
  ...burstable('t3a', 'x86_64'),
  ...burstable('t4g', 'arm64'),
  ...(['c', 'm', 'r'] as const).flatMap(letter => [
    ...['5', '5a', '6i', '6a', '7i', '7a'].flatMap(generation => regular(letter, generation, 'x86_64')),
    ...['6g', '7g', '8g'].flatMap(generation => regular(letter, generation, 'arm64')),
  ]),
  // They have no smaller size. Here, as most of what AWS has in its machines, their graphics processors are missing.
  ...['4dn', '5'].flatMap(generation => regular('g', generation, 'x86_64').filter(({vcpus}) => vcpus >= 4)),
]

function burstable(family: string, architecture: InstanceType['architecture']): InstanceType[] {
  return BURSTABLE.map(([size, vcpus, gib]) => ({
    name: `${family}.${size}`,
    architecture,
    vcpus,
    memoryMib: gib * 1024,
  }))
}

function regular(
  letter: keyof typeof MEMORY_PER_VCPU,
  generation: string,
  architecture: InstanceType['architecture'],
): InstanceType[] {
  return REGULAR.map(([size, vcpus]) => ({
    name: `${letter}${generation}.${size}`,
    architecture,
    vcpus,
    memoryMib: vcpus * MEMORY_PER_VCPU[letter] * 1024,
  }))
}
