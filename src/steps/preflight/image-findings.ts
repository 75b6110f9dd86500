import {familiesIn, findImage, type FoundImage} from '../../aws/image-lookup.js'
import {DEFAULT_IMAGE, IMAGE_FAMILIES, IMAGE_FAMILY_NAMES, isImageFamily} from '../../cluster/image-families.js'
import type {Architecture, ClusterSpec, Problem} from '../../cluster/spec.js'
import type {MachineQuestion} from './machine-findings.js'

export interface ImageFindings {
  readonly image: FoundImage | undefined
  readonly problems: readonly Problem[]
}

/** What the region says of the image that is asked for, whether the machines can boot it and khw get into them. */
export async function imageFindings(question: MachineQuestion, architecture: Architecture): Promise<ImageFindings> {
  const {ec2, spec, signal} = question
  const image = await findImage(ec2, spec.image ?? DEFAULT_IMAGE, architecture, signal)
  if (image === undefined) return {image, problems: [await missing(question, architecture)]}
  return {image, problems: imageProblems(image, spec, architecture)}
}

async function missing({ec2, region, spec, signal}: MachineQuestion, architecture: Architecture): Promise<Problem> {
  const asked = spec.image ?? DEFAULT_IMAGE
  const there = await familiesIn(ec2, architecture, signal)
  const what = isImageFamily(asked)
    ? `The region ${region} has no image of ${IMAGE_FAMILIES[asked].title} for ${architecture}`
    : `The region ${region} has no image ${asked} that this account may use`
  const [first] = there
  if (first === undefined) {
    return {what: `${what}, nor any that khw knows.`, fix: 'Choose another region with --region, or an --image ami-ID'}
  }
  const has = there.map(name => IMAGE_FAMILIES[name].title).join(', ')
  const only = there.length === IMAGE_FAMILY_NAMES.length ? 'has' : 'has only'
  return {what: `${what}: of those khw knows it ${only} ${has}.`, fix: `Try --image ${first}`}
}

/** Why machines of that architecture cannot boot the image, or khw not get into them. */
export function imageProblems(image: FoundImage, spec: ClusterSpec, architecture: Architecture): Problem[] {
  const named = `${image.imageId} (${image.name})`
  const problems: Problem[] = []
  if (image.architecture !== architecture) {
    problems.push({
      what: `The image ${named} is for ${image.architecture ?? 'another architecture'}, but ${spec.controllerType} is ${architecture}.`,
      fix: 'Choose an image and types of the same architecture: --image, --controller-type, --worker-type',
    })
  }
  if (image.rootDeviceName === undefined) {
    problems.push({
      what: `The image ${named} has no volume as its root.`,
      fix: `Try --image ${DEFAULT_IMAGE}`,
    })
  }
  if (spec.volumeSize < image.sizeGib) {
    problems.push({
      what: `A root volume of ${spec.volumeSize} GiB is too small for the image ${named}, which has ${image.sizeGib} GiB.`,
      fix: `Try --volume-size ${image.sizeGib}`,
    })
  }
  if (image.family === undefined && spec.loginUser === undefined) {
    problems.push({
      what: `The image ${named} is none of those khw knows (${IMAGE_FAMILY_NAMES.join(', ')}), so its login user is not known.`,
      fix: 'Say who logs in, as its publisher does: --login-user NAME',
    })
  }
  return problems
}
