import type {Home} from '../cluster/home.js'
import {KhwError} from '../errors.js'
import {hostArchitecture} from './host/architecture.js'
import {installPackages} from './host/packages.js'
import {checkHost, type HostProblem} from './host/requirements.js'
import {raiseLimits} from './host/sysctls.js'
import {ensureImage, findImage, type BootImage} from './images/build.js'

export interface SetUpOptions {
  readonly assumeYes: boolean
  readonly confirm?: (question: string) => Promise<boolean>
  readonly onProgress: (text: string) => void
  readonly signal?: AbortSignal
}

/**
 * Makes this host ready for the local region: packages, kernel limits, machine image. Nothing is changed before all that
 * can be checked has been, and the user has agreed. Throws LOCAL_UNSUPPORTED, LOCAL_NOT_ROOT, LOCAL_NOT_SET_UP (not
 * agreed, or apt failed) or BUILD_FAILED.
 */
export async function setUpHost(home: Home, options: SetUpOptions): Promise<BootImage> {
  const problems = await checkHost(home)
  refuse(problems)
  const architecture = hostArchitecture()
  if (!architecture)
    throw new KhwError('LOCAL_UNSUPPORTED', `The local region does not run on ${process.arch}.`, ['Use AWS'])
  const packages = problems.flatMap(problem => problem.packages)
  const image = findImage(home.cache, architecture)
  await agree(packages, image !== undefined, home, options)
  await installPackages(packages, options)
  // What could not be tried without the packages.
  if (packages.length > 0) refuse(await checkHost(home))
  for (const {name, from, to} of await raiseLimits())
    options.onProgress(`Raised ${name} from ${from} to ${to}, until this host restarts`)
  if (image) return image
  const onProgress = everyTenth(options.onProgress)
  const {signal} = options
  return ensureImage({cache: home.cache, architecture, onProgress, ...(signal === undefined ? {} : {signal})})
}

function refuse(problems: readonly HostProblem[]): void {
  const serious = problems.filter(problem => problem.kind !== 'packages')
  const [first, ...rest] = serious.map(problem => problem.fix)
  if (first === undefined) return
  const code = serious.some(problem => problem.kind === 'host') ? 'LOCAL_UNSUPPORTED' : 'LOCAL_NOT_ROOT'
  throw new KhwError(code, serious.map(problem => problem.what).join('\n'), [first, ...rest])
}

async function agree(packages: readonly string[], hasImage: boolean, home: Home, options: SetUpOptions): Promise<void> {
  const needs = [
    ...(packages.length === 0 ? [] : [`install ${packages.join(', ')} with apt-get`]),
    ...(hasImage ? [] : [`make a Debian 12 machine image at ${home.cache} (about 300 MB, a minute)`]),
  ]
  if (needs.length === 0 || options.assumeYes) return
  const what = needs.join(' and ')
  if (await options.confirm?.(`The local region needs to ${what}. Go on?`)) return
  throw new KhwError('LOCAL_NOT_SET_UP', `This machine is not set up for the local region, which needs to ${what}.`, [
    'Agree to it: khw local setup --yes',
    'Or use AWS: khw create --provider aws',
  ])
}

/** A sentence at the start and at every tenth of the way: progress for people who read lines. */
export function everyTenth(tell: (text: string) => void): (text: string, done?: number) => void {
  let told = -1
  return (text, done) => {
    const tenth = done === undefined ? undefined : Math.floor(done * 10)
    if (tenth !== undefined && tenth <= told) return
    told = tenth ?? told
    tell(tenth === undefined || tenth === 0 ? text : `${text} (${tenth * 10} %)`)
  }
}
