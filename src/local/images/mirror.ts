import {run} from '../host/run.js'

/** Where Debian's packages come from: URLs without a closing slash. */
export interface DebianMirror {
  readonly main: string
  readonly security: string
}

const DEFAULT_MIRROR: DebianMirror = {
  main: 'http://deb.debian.org/debian',
  security: 'http://deb.debian.org/debian-security',
}

/** The mirror that this host's apt uses, so that machines come from where the host itself may download. */
export async function hostMirror(): Promise<DebianMirror> {
  const targets = await run('apt-get', ['indextargets', '--format', '$(ORIGIN)|$(LABEL)|$(REPO_URI)'])
  return mirrorFrom(targets)
}

/** `targets`: lines of `ORIGIN|LABEL|REPO_URI` (apt-get(8), indextargets). */
export function mirrorFrom(targets: string): DebianMirror {
  const urlOf = (label: string): string | undefined =>
    targets
      .split('\n')
      .map(line => line.split('|'))
      .find(([origin, name, url]) => origin === 'Debian' && name === label && url?.startsWith('http'))?.[2]
      ?.replace(/\/$/, '')
  return {
    main: urlOf('Debian') ?? DEFAULT_MIRROR.main,
    security: urlOf('Debian-Security') ?? DEFAULT_MIRROR.security,
  }
}

/** An apt source list of Debian's release `suite`. */
export function sourceList(mirror: DebianMirror, suite: string): string {
  return [
    `deb ${mirror.main} ${suite} main`,
    `deb ${mirror.main} ${suite}-updates main`,
    `deb ${mirror.security} ${suite}-security main`,
    '',
  ].join('\n')
}
