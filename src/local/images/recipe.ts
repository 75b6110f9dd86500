import {createHash} from 'node:crypto'
import {IMAGE_FILES, MASKED_GENERATORS, MASKED_UNITS, type ImageFile} from './files.js'

/** All that decides what is in a machine image; its hash names the image, so a changed recipe makes a new one. */
export interface ImageRecipe {
  /** Debian's release. */
  readonly suite: string
  readonly packages: readonly string[]
  readonly files: readonly ImageFile[]
  /** Links below /etc/systemd and where they lead: what is enabled, and (leading to /dev/null) what never runs. */
  readonly links: Readonly<Record<string, string>>
  /** Shell patterns, from the root without its slash, of files removed at the end. */
  readonly removed: readonly string[]
}

/** What Debian's own cloud image brings, as far as a container can use it, and common tools for network services. */
const PACKAGES = [
  ...['systemd', 'systemd-sysv', 'dbus', 'libnss-myhostname', 'kmod', 'procps', 'less', 'sudo', 'netbase'],
  ...['cloud-init', 'openssh-server', 'ca-certificates', 'curl', 'openssl'],
  ...['iproute2', 'iputils-ping', 'nftables', 'iptables', 'ipset', 'ethtool', 'conntrack', 'socat', 'haproxy'],
]

export const DEBIAN_12: ImageRecipe = {
  suite: 'bookworm',
  packages: PACKAGES,
  files: IMAGE_FILES,
  links: {
    ...Object.fromEntries(MASKED_UNITS.map(unit => [`system/${unit}`, '/dev/null'])),
    ...Object.fromEntries(MASKED_GENERATORS.map(name => [`system-generators/systemd-${name}-generator`, '/dev/null'])),
    'system/sysinit.target.wants/writable-cgroups.service': '/etc/systemd/system/writable-cgroups.service',
  },
  removed: [
    'etc/ssh/ssh_host_*',
    // It is there for those who want it; running it is up to them.
    'etc/systemd/system/multi-user.target.wants/haproxy.service',
    'var/log/*.log',
    'var/log/apt/*',
    'var/cache/debconf/*-old',
    'var/lib/dpkg/*-old',
  ],
}

/** Twelve hex digits. */
export function recipeHash(recipe: ImageRecipe): string {
  return createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 12)
}
