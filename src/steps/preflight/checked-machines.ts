import {required} from '../../aws/required.js'
import {IMAGE_FAMILIES, type ImageFamilyName} from '../../cluster/image-families.js'
import type {Architecture, ClusterSpec} from '../../cluster/spec.js'
import type {PreflightFacts} from './facts.js'

/** What the region decides of a cluster's machines. */
export interface CheckedMachines {
  readonly architecture: Architecture
  readonly loginUser: string
  /** Undefined: of an image of the user's own. */
  readonly family: ImageFamilyName | undefined
}

/** As the checks of machines and image have found them; to be asked for once both have passed. */
export async function checkedMachines(
  facts: Pick<PreflightFacts, 'machines' | 'image'>,
  {loginUser}: ClusterSpec,
): Promise<CheckedMachines> {
  const {architecture} = await facts.machines()
  const family = (await facts.image())?.image?.family
  return {
    architecture: required(architecture, 'an architecture'),
    family,
    loginUser: required(loginUser ?? (family && IMAGE_FAMILIES[family].loginUser), 'a login user'),
  }
}
