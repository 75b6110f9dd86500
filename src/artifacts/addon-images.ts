import type {AddonName} from '../cluster/addons.js'
import {KhwError} from '../errors.js'

/** The error of add-ons that were asked for and whose images cannot be had; nothing is made before it. */
export function addonImagesMissing(names: readonly AddonName[], why: string): KhwError {
  const [first = ''] = names
  const several = names.length > 1
  return new KhwError(
    'ARTIFACT_MISSING',
    `${names.join(' and ')} cannot be installed: ${why}.`,
    [
      `Say which ${several ? 'images' : 'image'} to use, if the nodes can pull ${several ? 'them' : 'it'}: ${names.map(name => `--addon ${name}=REGISTRY/${name}:TAG`).join(' ')}`,
      `Bring ${several ? 'them' : 'it'} in a mirror: docker save -o DIR/images/${first}.tar IMAGE, then --mirror DIR`,
      `or leave out ${names.map(name => `--addon ${name}`).join(' ')}`,
    ],
    {exit: 2},
  )
}
