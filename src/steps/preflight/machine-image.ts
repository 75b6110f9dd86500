import {refusedSpec} from '../../cluster/refused-spec.js'
import type {Check} from './check.js'

/** The image that the nodes boot: that it is there, for their processors, and that khw can get into it. */
export const machineImage: Check = {
  name: 'image',
  signedIn: true,

  async run({facts}) {
    const found = await facts.image()
    if (found === undefined) return {detail: 'not looked for, as it is not known for which machines'}
    const {image, problems} = found
    if (image === undefined || problems.length > 0) throw refusedSpec(problems)
    return {detail: `${image.imageId} (${image.name})`}
  },
}
