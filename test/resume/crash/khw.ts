import {spawn} from 'node:child_process'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {CREDENTIALS} from '../../local/api/test-region.js'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const HOOKS = fileURLToPath(new URL('hooks.mjs', import.meta.url))

/**
 * A process that is killed within two seconds does not earn back what V8's optimising compiler and its small first heap
 * cost: a quarter of its processor time.
 */
const SHORT_LIVED = ['--no-opt', '--v8-pool-size=0', '--min-semi-space-size=16']

/** Longer than a create that waits two minutes to learn whether a VPC was made. */
const PATIENCE = 300_000

export interface KhwRun {
  /** `null` if a signal ended it. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** All that it printed, on both streams. */
  readonly output: string
  readonly seconds: number
}

export interface KhwPlace {
  /** KHW_HOME, one a trial. */
  readonly home: string
  /** KHW_CACHE, shared by all trials. */
  readonly cache: string
  readonly endpoint: string
}

/** The environment in which khw takes the region for AWS. */
export function environmentOf({home, cache, endpoint}: KhwPlace): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    KHW_HOME: home,
    KHW_CACHE: cache,
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: join(home, 'no-config'),
    AWS_SHARED_CREDENTIALS_FILE: join(home, 'no-credentials'),
  }
}

/** Runs the built khw in a process of its own, with the crash hooks loaded if `hooks` says what they are to do. */
export async function khw(
  args: readonly string[],
  place: KhwPlace,
  hooks: {readonly crashAt?: string; readonly recordTo?: string} = {},
): Promise<KhwRun> {
  const startedAt = Date.now()
  const hooked = Object.keys(hooks).length > 0
  const node = [...SHORT_LIVED, ...(hooked ? ['--import', HOOKS] : [])]
  const child = spawn(process.execPath, [...node, join(ROOT, 'bin/run.js'), ...args], {
    cwd: place.home,
    env: {
      ...environmentOf(place),
      ...(hooks.crashAt === undefined ? {} : {KHW_CRASH_POINT: hooks.crashAt}),
      ...(hooks.recordTo === undefined ? {} : {KHW_CRASH_RECORD: hooks.recordTo}),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk))
  const kill = (): boolean => child.kill('SIGKILL')
  process.once('exit', kill)
  const timer = setTimeout(() => child.kill('SIGTERM'), PATIENCE)
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      resolve([code, signal])
    })
  })
  clearTimeout(timer)
  process.off('exit', kill)
  return {code, signal, output: Buffer.concat(chunks).toString('utf8'), seconds: (Date.now() - startedAt) / 1000}
}
