import {access, mkdir, readdir, readFile, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {KhwError, messageOf} from '../../errors.js'
import {CommandError, runCommand} from '../command.js'
import type {Network} from '../net/network.js'

/** One file of Debian's archive, as apt's signed metadata describes it. */
export interface ArchiveFile {
  readonly url: string
  /** `etcd-server_3.4.23-4+b4_amd64.deb` */
  readonly fileName: string
  readonly bytes: number
  readonly sha256: string
}

/** Debian 12's package lists, read by an apt of khw's own: nothing of the host's apt is changed, and root is not needed. */
export interface Apt {
  /** The binary packages by these names, in any order. */
  packages(names: readonly string[]): Promise<readonly ArchiveFile[]>
  /** The files of a source package. */
  source(name: string): Promise<readonly ArchiveFile[]>
  /** How apt reaches the archive: its own proxy setting wins over the environment. */
  readonly network: Network
}

/** URLs without a slash at the end. */
export interface DebianArchive {
  readonly main: string
  readonly security?: string
}

const SUITE = 'bookworm'
const DEFAULT_ARCHIVE = {main: 'http://deb.debian.org/debian', security: 'http://deb.debian.org/debian-security'}
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg'

/**
 * Fetches the package lists (19 MB) into `directory` and verifies them with Debian's archive keys: what they say of a
 * file, its SHA-256 among it, is Debian's word (apt-secure(8)). `archive`: by default the mirror that the host uses.
 */
export async function openApt(
  directory: string,
  architecture: string,
  network: Network,
  archive?: DebianArchive,
): Promise<Apt> {
  const configuration = await configure(directory, architecture, archive ?? archiveOf(await hostSources()))
  const apt = (...args: string[]) =>
    runCommand('apt-get', ['-c', configuration, ...args], {signal: network.signal, env: {...process.env, LC_ALL: 'C'}})
  const proxy = await aptProxy(network.signal)
  // Lists from an interrupted run still name the files it was fetching.
  const problem = await apt('-q', 'update').then(
    () => undefined,
    (error: unknown) => archiveProblem(error),
  )
  network.signal.throwIfAborted()
  const query = async (...args: string[]) => {
    try {
      return parseUris(await apt('--print-uris', ...args))
    } catch (error) {
      network.signal.throwIfAborted()
      throw problem ?? archiveProblem(error)
    }
  }
  return {
    packages: names => query('download', ...names),
    source: name => query('--download-only', 'source', name),
    network: proxy === undefined ? network : {...network, proxy: {...network.proxy, http: proxy}},
  }
}

async function configure(directory: string, architecture: string, archive: DebianArchive): Promise<string> {
  await access(KEYRING).catch(() => {
    throw new KhwError('LOCAL_UNSUPPORTED', `Debian's packages cannot be verified: ${KEYRING} is missing.`, [
      'Try sudo apt-get install debian-archive-keyring',
    ])
  })
  await mkdir(join(directory, 'state', 'lists', 'partial'), {recursive: true})
  await mkdir(join(directory, 'cache', 'archives', 'partial'), {recursive: true})
  await mkdir(join(directory, 'empty'), {recursive: true})
  const entry = (kind: string, url: string, suite: string) =>
    `${kind} [arch=${architecture} signed-by=${KEYRING}] ${url} ${suite} main\n`
  const sources = join(directory, 'sources.list')
  await writeFile(
    sources,
    entry('deb', archive.main, SUITE) +
      entry('deb-src', archive.main, SUITE) +
      (archive.security === undefined ? '' : entry('deb', archive.security, `${SUITE}-security`)),
  )
  const configuration = join(directory, 'apt.conf')
  const settings = {
    'Dir::State': join(directory, 'state'),
    'Dir::State::status': '/dev/null',
    'Dir::Cache': join(directory, 'cache'),
    'Dir::Etc::sourcelist': sources,
    'Dir::Etc::sourceparts': join(directory, 'empty'),
    'Dir::Etc::preferences': '/dev/null',
    'Dir::Etc::preferencesparts': join(directory, 'empty'),
    'APT::Architecture': architecture,
    // A cache in root's home cannot be read by apt's own user.
    'APT::Sandbox::User': '',
    'APT::Update::Error-Mode': 'any',
    // Whatever the host's own settings say: nothing that Debian's keys have not signed.
    'Acquire::AllowInsecureRepositories': 'false',
    'Acquire::AllowWeakRepositories': 'false',
    'Acquire::AllowDowngradeToInsecureRepositories': 'false',
    'APT::Get::AllowUnauthenticated': 'false',
    'Acquire::Languages': 'none',
    'Acquire::Retries': '3',
  }
  const lines = Object.entries(settings).map(([name, value]) => `${name} ${JSON.stringify(value)};`)
  await writeFile(configuration, `${lines.join('\n')}\n`)
  return configuration
}

/** The host's own package sources, in both of apt's formats (sources.list(5)). */
async function hostSources(): Promise<string> {
  const parts = '/etc/apt/sources.list.d'
  const names = await readdir(parts).catch(() => [])
  const files = [
    '/etc/apt/sources.list',
    ...names.filter(name => /\.(list|sources)$/.test(name)).map(name => join(parts, name)),
  ]
  const texts = await Promise.all(files.map(file => readFile(file, 'utf8').catch(() => '')))
  return texts.join('\n')
}

/** The Debian mirror a host uses, from its sources; deb.debian.org for a host that is not Debian. */
export function archiveOf(sources: string): DebianArchive {
  const urls = sources
    .split('\n')
    .filter(line => /^\s*(deb\s|URIs:)/.test(line))
    .flatMap(line => line.match(/https?:\/\/\S+/g) ?? [])
    .map(url => url.replace(/\/+$/, ''))
  const main = urls.find(url => url.endsWith('/debian'))
  if (main === undefined) return DEFAULT_ARCHIVE
  const security = urls.find(url => url.endsWith('/debian-security'))
  return security === undefined ? {main} : {main, security}
}

/** The lines of `apt-get --print-uris`: `'URL' NAME BYTES SHA256:HEX`. */
export function parseUris(output: string): ArchiveFile[] {
  return [...output.matchAll(/^'(\S+)' (\S+) (\d+) SHA256:([0-9a-f]{64})$/gm)].map(match => ({
    url: match[1] ?? '',
    fileName: (match[2] ?? '').replace(/%3a/g, ':'),
    bytes: Number(match[3]),
    sha256: match[4] ?? '',
  }))
}

/** The host may reach its mirror only by the proxy in its apt configuration. */
async function aptProxy(signal: AbortSignal): Promise<string | undefined> {
  try {
    const output = await runCommand('apt-config', ['shell', 'PROXY', 'Acquire::http::Proxy'], {signal})
    return /^PROXY='(https?:\/\/[^']+)'/.exec(output)?.[1]
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof CommandError) return undefined
    throw new KhwError(
      'LOCAL_UNSUPPORTED',
      `--artifacts debian needs apt-get and dpkg-deb, which this machine does not have: ${messageOf(error)}.`,
      ['Use a Debian or Ubuntu machine', 'or try --artifacts upstream'],
      {cause: error},
    )
  }
}

function archiveProblem(error: unknown): KhwError {
  return new KhwError(
    'ARTIFACT_UNREACHABLE',
    `Debian 12's package archive cannot be read: ${messageOf(error)}`,
    [
      'Check that apt-get update works on this machine',
      'or try --artifacts upstream, or --artifacts mirror --mirror DIR',
    ],
    {cause: error},
  )
}
