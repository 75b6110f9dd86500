import {readdirSync, readFileSync} from 'node:fs'

/** How often it looks, in milliseconds. */
const INTERVAL = 100

/**
 * Sees the argument lists and environments of all processes of this host, as everybody (or root) can: khw's own, the
 * region's, and those of the machines, which are processes of the host too.
 */
export class ProcessWatch {
  private readonly arguments = new Set<string>()
  private readonly environments = new Set<string>()
  /** What each process was seen with last. */
  private readonly known = new Map<string, string>()
  private timer: NodeJS.Timeout | undefined

  start(): void {
    this.timer ??= setInterval(() => {
      this.look()
    }, INTERVAL)
  }

  stop(): void {
    clearInterval(this.timer)
    this.timer = undefined
  }

  /** Distinct ones, each with spaces between its arguments. */
  get argumentLists(): readonly string[] {
    return [...this.arguments]
  }

  /** Distinct ones, a variable a line. */
  get environmentLists(): readonly string[] {
    return [...this.environments]
  }

  private look(): void {
    for (const pid of readdirSync('/proc').filter(name => /^\d+$/.test(name))) {
      const words = read(`/proc/${pid}/cmdline`)
      if (words === '' || words === this.known.get(pid)) continue
      this.known.set(pid, words)
      this.arguments.add(words.replaceAll('\0', ' '))
      this.environments.add(read(`/proc/${pid}/environ`).replaceAll('\0', '\n'))
    }
  }
}

/** Empty if the process has ended meanwhile. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
