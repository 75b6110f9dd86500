import {createHash} from 'node:crypto'
import {stat} from 'node:fs/promises'
import type {BootImage} from '../images/build.js'
import type {MachineImage} from '../api/image.js'

/** Debian's account, which publishes the images that this one stands for (wiki.debian.org/Cloud/AmazonEC2Image). */
const DEBIAN = '136693071363'

/** The image as DescribeImages shows it, named as Debian names its own. */
export async function machineImage(image: BootImage): Promise<MachineImage> {
  const {mtime} = await stat(image.directory)
  const made = mtime.toISOString()
  const [date = '', time = ''] = made.split('T')
  const stamp = `${date.replaceAll('-', '')}-${time.slice(0, 5).replace(':', '')}`
  return {
    imageId: `ami-${createHash('sha256').update(image.name).digest('hex').slice(0, 17)}`,
    name: `debian-12-${image.architecture}-${stamp}`,
    ownerId: DEBIAN,
    architecture: image.architecture === 'amd64' ? 'x86_64' : 'arm64',
    creationDate: made,
    rootDeviceName: '/dev/xvda',
  }
}
