import type {Context} from 'mocha'

/** Whether real machines can be made here; if not, why not. */
export function whyNot(): string | undefined {
  if (process.platform !== 'linux') return `real machines need Linux, and this is ${process.platform}`
  if (process.geteuid?.() !== 0) return 'real machines need root'
  return undefined
}

/** Skips with the reason on the screen; with CI=true as root on Linux nothing is ever skipped. */
export function skipUnlessMachines(context: Context): void {
  const reason = whyNot()
  if (reason === undefined) return
  console.log(`    skipped: ${reason}`)
  context.skip()
}
