import {existsSync} from 'node:fs'
import {readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {KhwError, messageOf} from '../../errors.js'
import {commandPath, HostCommandError, run} from './run.js'

/** A Debian package and a file that shows it is installed: a program in PATH, or an absolute path. */
interface HostPackage {
  readonly name: string
  readonly shownBy: string
}

const PACKAGES: readonly HostPackage[] = [
  {name: 'systemd-container', shownBy: 'systemd-nspawn'},
  {name: 'iproute2', shownBy: 'ip'},
  {name: 'nftables', shownBy: 'nft'},
  {name: 'procps', shownBy: 'sysctl'},
  {name: 'mmdebstrap', shownBy: 'mmdebstrap'},
  {name: 'debian-archive-keyring', shownBy: '/usr/share/keyrings/debian-archive-keyring.gpg'},
  {name: 'openssh-client', shownBy: 'ssh'},
]

/** Names of the packages that this host lacks. */
export function missingPackages(packages: readonly HostPackage[] = PACKAGES, path = commandPath()): string[] {
  const directories = path.split(':')
  const isThere = (file: string): boolean =>
    file.startsWith('/') ? existsSync(file) : directories.some(directory => existsSync(join(directory, file)))
  return packages.filter(({shownBy}) => !isThere(shownBy)).map(({name}) => name)
}

/** Whether os-release(5) describes Debian or something that descends from it, such as Ubuntu. */
export function isDebianLike(osRelease: string): boolean {
  const valueOf = (key: string): string => new RegExp(`^${key}="?([^"\n]*)"?$`, 'm').exec(osRelease)?.[1] ?? ''
  return `${valueOf('ID')} ${valueOf('ID_LIKE')}`.split(' ').some(id => id === 'debian' || id === 'ubuntu')
}

export async function hostIsDebianLike(): Promise<boolean> {
  return isDebianLike(await readFile('/etc/os-release', 'utf8').catch(() => ''))
}

export interface InstallOptions {
  readonly signal?: AbortSignal
  readonly onProgress: (text: string) => void
}

/**
 * Installs packages from the archive this host's apt uses. Throws LOCAL_NOT_SET_UP with the end of apt's output; needs
 * root.
 */
export async function installPackages(packages: readonly string[], options: InstallOptions): Promise<void> {
  if (packages.length === 0) return
  options.onProgress(`Installing ${packages.join(', ')}`)
  try {
    await aptGet(['install', '--no-install-recommends', ...packages], options)
  } catch (error) {
    if (!(error instanceof HostCommandError)) throw error
    // Most often the lists of packages are old, or were never fetched (containers, fresh machines).
    options.onProgress('Fetching the lists of packages, then installing again')
    try {
      await aptGet(['update'], options)
      await aptGet(['install', '--no-install-recommends', ...packages], options)
    } catch (again) {
      throw new KhwError(
        'LOCAL_NOT_SET_UP',
        `The packages that the local region needs could not be installed: ${messageOf(again)}`,
        [`See what apt says: apt-get install ${packages.join(' ')}`, 'Then try again: khw local setup'],
        {cause: again},
      )
    }
  }
}

async function aptGet(words: readonly string[], {signal}: InstallOptions): Promise<void> {
  // Somebody else's apt (unattended upgrades, another khw) is waited for.
  await run('apt-get', ['--quiet', '--yes', '--option', 'DPkg::Lock::Timeout=300', ...words], {
    env: {...process.env, PATH: commandPath(), DEBIAN_FRONTEND: 'noninteractive'},
    ...(signal === undefined ? {} : {signal}),
  })
}
