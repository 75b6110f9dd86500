import type {Architecture} from '../../cluster/spec.js'

/** This machine's architecture as Debian names it; undefined if the region does not run on it. */
export function hostArchitecture(arch: string = process.arch): Architecture | undefined {
  if (arch === 'x64') return 'amd64'
  return arch === 'arm64' ? 'arm64' : undefined
}
