import {hostArchitecture} from '../host/architecture.js'
import {findImage} from '../images/build.js'
import {describe, runDaemon} from './daemon.js'
import {ANOTHER_RUNS, RELEASE_SIGNAL} from './region-files.js'

/**
 * The daemon's process: `node main.js REGION_DIRECTORY CACHE_DIRECTORY`. Its output is the log; it ends with SIGTERM,
 * and by itself when the
 * region is empty: at once after SIGUSR2, else after a while.
 */
async function main(): Promise<number> {
  const [, , directory, cacheDirectory] = process.argv
  const architecture = hostArchitecture()
  const image = cacheDirectory && architecture ? findImage(cacheDirectory, architecture) : undefined
  if (!directory || !cacheDirectory || !image)
    throw new Error('usage: main REGION_DIRECTORY CACHE_DIRECTORY (with an image in it)')
  const controller = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      controller.abort()
    })
  }
  // The terminal it was started from may close.
  process.on('SIGHUP', () => undefined)
  const onRelease = (listener: () => void): void => void process.on(RELEASE_SIGNAL, listener)
  const ran = await runDaemon({directory, cacheDirectory, image, log, onRelease, signal: controller.signal})
  return ran ? 0 : ANOTHER_RUNS
}

function log(text: string): void {
  process.stdout.write(`${new Date().toISOString()} ${text}\n`)
}

process.on('uncaughtException', error => {
  log(`a bug ended the daemon: ${describe(error)}`)
  process.exit(1)
})
process.on('unhandledRejection', error => {
  log(`nobody waited for this failure: ${describe(error)}`)
})
main().then(
  code => process.exit(code),
  (error: unknown) => {
    log(`the daemon could not start: ${describe(error)}`)
    process.exit(1)
  },
)
