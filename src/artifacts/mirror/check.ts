import {createHash} from 'node:crypto'
import {mkdir} from 'node:fs/promises'
import {join} from 'node:path'
import {KhwError, type KhwCode} from '../../errors.js'
import {knownChecksum} from '../files/checksum.js'
import {checksumIn} from '../files/checksum-list.js'
import {inParallel} from '../../parallel.js'
import type {MirrorSource} from './source.js'

/** A file that a mirror should have. */
export interface ExpectedFile {
  readonly name: string
  /** In the mirror. */
  readonly path: string
  /** The URL it is a copy of; undefined for what has none (image archives). */
  readonly upstream?: string
  /** Known to khw: what the mirror itself has to say of it does not count. */
  readonly sha256?: string
  /** Path in the mirror of the checksum file upstream publishes, if it was copied too. */
  readonly checksumPath?: string
  readonly optional: boolean
  /** Whether a file of a directory may do without a published checksum: nobody publishes one for image archives. */
  readonly checksumOptional: boolean
}

export interface VerifiedFile {
  readonly path: string
  readonly sha256: string
  /** Known for directories only. */
  readonly bytes?: number
}

export interface Problem {
  readonly code: Extract<KhwCode, 'ARTIFACT_MISSING' | 'ARTIFACT_CHECKSUM'>
  readonly what: string
  readonly fix: string
}

export type Finding = {readonly file: VerifiedFile} | {readonly problem: Problem} | {readonly absent: true}

const CHECKS_AT_ONCE = 8

/**
 * Looks for every file in the mirror and verifies what can be: a directory's files by their content, a URL's by being
 * there with a checksum (whoever downloads them verifies). In the order of `files`.
 */
export async function checkFiles(
  source: MirrorSource,
  files: readonly ExpectedFile[],
  options: {readonly cache: string; readonly signal: AbortSignal; readonly onHash: (name: string) => void},
): Promise<readonly Finding[]> {
  const records = join(options.cache, 'artifacts', 'mirror', 'known')
  if (source.kind === 'directory') await mkdir(records, {recursive: true})
  return inParallel(files, CHECKS_AT_ONCE, async (file): Promise<Finding> => {
    if (!(await source.has(file.path))) return file.optional ? {absent: true} : {problem: missing(source, file)}
    const published = file.sha256 ?? (await publishedChecksum(source, file))
    if (source.kind === 'url') {
      return published === undefined
        ? {problem: unverifiable(source, file)}
        : {file: {path: file.path, sha256: published}}
    }
    if (published === undefined && !file.checksumOptional) return {problem: unverifiable(source, file)}
    const location = source.locate(file.path)
    // The mirror may be read-only or shared: what is known of its files is kept in the cache.
    const record = join(records, createHash('sha256').update(location).digest('hex'))
    const found = await knownChecksum(location, {
      record,
      signal: options.signal,
      onHash: () => {
        options.onHash(file.name)
      },
    })
    if (!found) return {problem: missing(source, file)}
    if (published !== undefined && published !== found.sha256) {
      return {problem: wrong(source, file, {published, found: found.sha256})}
    }
    return {file: {path: file.path, ...found}}
  })
}

/** For many problems: the message has the file and the URL of each. */
const SUMMARY: readonly string[] = [
  'Where there is internet access, for each of them: curl -fL --create-dirs -o FILE URL, and the same for FILE.sha256',
  'Image archives: docker save -o DIR/images/NAME.tar REFERENCE',
]

/** One error for all problems. */
export function mirrorError(mirror: string, problems: readonly Problem[]): KhwError {
  const fixes = [...new Set(problems.map(problem => problem.fix))]
  const [first, ...rest] = fixes.length > 3 ? [...SUMMARY] : fixes
  const count = problems.length === 1 ? 'a file' : `${problems.length} files`
  return new KhwError(
    problems.some(problem => problem.code === 'ARTIFACT_MISSING') ? 'ARTIFACT_MISSING' : 'ARTIFACT_CHECKSUM',
    [`The mirror ${mirror} cannot be used because of ${count}:`, ...problems.map(problem => `  ${problem.what}`)].join(
      '\n',
    ),
    [first ?? `Complete ${mirror}`, ...rest],
  )
}

async function publishedChecksum(source: MirrorSource, file: ExpectedFile): Promise<string | undefined> {
  const listed = source.sums.get(file.path)
  if (listed !== undefined) return listed
  const fileName = file.path.slice(file.path.lastIndexOf('/') + 1)
  for (const path of new Set([
    `${file.path}.sha256`,
    ...(file.checksumPath === undefined ? [] : [file.checksumPath]),
  ])) {
    const found = checksumIn((await source.text(path)) ?? '', fileName)
    if (found !== undefined) return found
  }
  return undefined
}

function missing(source: MirrorSource, file: ExpectedFile): Problem {
  const at = source.locate(file.path)
  const upstream = file.upstream
  return {
    code: 'ARTIFACT_MISSING',
    what: `${at} is missing${upstream === undefined ? '' : `: it should hold ${upstream}`}`,
    fix:
      upstream === undefined
        ? `Put an image archive at ${at}`
        : `Where there is internet access: curl -fL --create-dirs -o ${source.kind === 'directory' ? at : file.path} ${upstream}`,
  }
}

function unverifiable(source: MirrorSource, file: ExpectedFile): Problem {
  const at = source.locate(file.path)
  return {
    code: 'ARTIFACT_CHECKSUM',
    what: `${at} has no checksum: neither ${at}.sha256 nor a line in ${source.locate('SHA256SUMS')}`,
    fix: 'In the mirror, after checking where its files come from: find . -type f ! -name SHA256SUMS -exec sha256sum {} + > SHA256SUMS',
  }
}

function wrong(source: MirrorSource, file: ExpectedFile, sums: {published: string; found: string}): Problem {
  const at = source.locate(file.path)
  return {
    code: 'ARTIFACT_CHECKSUM',
    what: `${at} has the wrong content: its SHA-256 is ${sums.found}, not ${sums.published}${file.upstream === undefined ? '' : ` (it should hold ${file.upstream})`}`,
    fix: file.upstream === undefined ? `Replace ${at}` : `Fetch it again: curl -fL -o ${at} ${file.upstream}`,
  }
}
