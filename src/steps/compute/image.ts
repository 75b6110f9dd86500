import {awsCommand} from '../../aws/command-line.js'
import {findImage} from '../../aws/image-lookup.js'
import {DEFAULT_IMAGE} from '../../cluster/image-families.js'
import {KhwError} from '../../errors.js'
import {defineStep, type Nothing} from '../engine/step.js'

/** The image that was asked for. Looked up once: all nodes of a cluster have the same, however long it takes to make them. */
export const image = defineStep<{imageId: string; rootDeviceName: string}, Nothing>({
  id: 'compute/image',
  phase: 'compute',
  title: 'Look up the machine image',
  needs: {},

  async create({ec2, spec, access, signal}) {
    const {image = DEFAULT_IMAGE, architecture} = spec
    const found = await findImage(ec2, image, architecture, signal)
    if (found?.rootDeviceName === undefined) {
      throw new KhwError(
        'AWS_ERROR',
        `The region ${access.region} has no image ${image} for ${architecture} (any more).`,
        [
          `See what it has: ${awsCommand('ec2 describe-images --owners self', access.region)}`,
          `Take the cluster down, then create it with another --image: khw destroy ${spec.name}`,
        ],
      )
    }
    return {imageId: found.imageId, rootDeviceName: found.rootDeviceName}
  },
})
