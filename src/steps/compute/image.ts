import {KhwError} from '../../errors.js'
import {defineStep, type Nothing} from '../engine/step.js'

/** Debian's own AWS account (https://wiki.debian.org/Cloud/AmazonEC2Image). */
const DEBIAN_OWNER = '136693071363'

/** The newest Debian 12 image for the architecture. Looked up once: all nodes of a cluster have the same. */
export const image = defineStep<{imageId: string; rootDeviceName: string}, Nothing>({
  id: 'compute/image',
  phase: 'compute',
  title: 'Look up the machine image',
  needs: {},

  async create({ec2, spec, access, signal}) {
    const name = `debian-12-${spec.architecture}-*`
    const {Images = []} = await ec2.describeImages(
      {
        Owners: [DEBIAN_OWNER],
        Filters: [
          {Name: 'name', Values: [name]},
          {Name: 'state', Values: ['available']},
        ],
      },
      {abortSignal: signal},
    )
    const newest = [...Images].sort((a, b) => (b.CreationDate ?? '').localeCompare(a.CreationDate ?? ''))[0]
    if (newest?.ImageId === undefined) {
      throw new KhwError(
        'AWS_ERROR',
        `The region ${access.region} has no Debian 12 image for ${spec.architecture} (${name}).`,
        ['Choose another region with --region'],
      )
    }
    return {imageId: newest.ImageId, rootDeviceName: newest.RootDeviceName ?? '/dev/xvda'}
  },
})
