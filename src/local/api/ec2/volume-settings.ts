import {ApiError, invalidValue} from '../api-error.js'
import type {Volume} from '../../model.js'
import type {Parameters} from '../parameters.js'

/** What a volume is made of, but for where it is. */
export type VolumeSettings = Pick<Volume, 'size' | 'volumeType' | 'iops' | 'throughput'>

interface Limits {
  /** GiB. */
  readonly size: readonly [number, number]
  /** Operations a second that can be asked for; absent: they follow from the size. */
  readonly iops?: readonly [number, number]
  /** What it has without asking; absent: they must be asked for. */
  readonly defaultIops?: number
  /** MiB a second that can be asked for. */
  readonly throughput?: readonly [number, number]
}

/** EC2's limits (EBS User Guide, "Amazon EBS volume types"). A disk of this region is as fast as the host's. */
const TYPES: Readonly<Record<string, Limits>> = {
  standard: {size: [1, 1024]},
  gp2: {size: [1, 16_384]},
  gp3: {size: [1, 16_384], iops: [3000, 16_000], defaultIops: 3000, throughput: [125, 1000]},
  io1: {size: [4, 16_384], iops: [100, 64_000]},
  io2: {size: [4, 16_384], iops: [100, 64_000]},
  st1: {size: [125, 16_384]},
  sc1: {size: [125, 16_384]},
}

/** Reads VolumeType, Iops and Throughput for a volume of that size. Throws InvalidParameterValue and others. */
export function volumeSettings(
  parameters: Parameters | undefined,
  size: number,
  defaults: Partial<VolumeSettings> & Pick<VolumeSettings, 'volumeType'>,
): VolumeSettings {
  const volumeType = parameters?.optional('VolumeType') ?? defaults.volumeType
  const limits = Object.hasOwn(TYPES, volumeType) ? TYPES[volumeType] : undefined
  if (limits === undefined)
    throw invalidValue(volumeType, 'volumeType', `Expecting one of ${Object.keys(TYPES).join(', ')}.`)
  checkWithin(size, limits.size, `Volume of ${size}GiB of type ${volumeType}`)
  // What another type had says nothing about this one.
  const kept: Partial<VolumeSettings> = volumeType === defaults.volumeType ? defaults : {}
  const iops = parameters?.integer('Iops') ?? kept.iops ?? limits.defaultIops
  const throughput = parameters?.integer('Throughput') ?? kept.throughput ?? limits.throughput?.[0]
  if (limits.iops !== undefined) {
    if (iops === undefined)
      throw new ApiError('MissingParameter', `The parameter iops must be specified for ${volumeType} volumes.`)
    checkWithin(iops, limits.iops, `Iops of ${iops} of type ${volumeType}`)
  } else if (parameters?.integer('Iops') !== undefined) throw notOf(volumeType, 'iops')
  if (limits.throughput === undefined) {
    if (throughput !== undefined) throw notOf(volumeType, 'throughput')
  } else if (throughput !== undefined)
    checkWithin(throughput, limits.throughput, `Throughput of ${throughput} of type ${volumeType}`)
  return {
    size,
    volumeType,
    ...(limits.iops === undefined || iops === undefined ? {} : {iops}),
    ...(throughput === undefined ? {} : {throughput}),
  }
}

/** Operations a second, as DescribeVolumes shows them: those of gp2 follow from the size. */
export function shownIops({volumeType, size, iops}: Volume): number | undefined {
  return volumeType === 'gp2' ? Math.min(16_000, Math.max(100, 3 * size)) : iops
}

function checkWithin(value: number, [least, most]: readonly [number, number], what: string): void {
  if (value >= least && value <= most) return
  throw new ApiError('InvalidParameterValue', `${what} is out of range: it must be from ${least} to ${most}.`)
}

function notOf(volumeType: string, parameter: string): ApiError {
  return new ApiError(
    'InvalidParameterCombination',
    `The parameter ${parameter} is not supported for ${volumeType} volumes.`,
  )
}
