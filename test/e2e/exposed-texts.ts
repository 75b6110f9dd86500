import {homeTexts} from './home-texts.js'
import type {Khw, Outcome} from './khw.js'
import {ProcessWatch} from './process-watch.js'

/** Gathers, while a cluster is made, everything that its secrets must not be in. */
export class ExposedTexts {
  private readonly watch = new ProcessWatch()
  private readonly printed: string[] = []
  /** Of the cluster and the region, as they were after each run: what is there for a moment only is there for a kill. */
  private readonly files = new Map<string, Set<string>>()

  constructor(private readonly khw: Khw) {}

  start(): void {
    this.watch.start()
  }

  stop(): void {
    this.watch.stop()
  }

  /** To be told of each run, killed or not, when it has ended. */
  note({stdout, stderr}: Outcome): void {
    this.printed.push(stdout, stderr)
    for (const [path, text] of Object.entries(homeTexts(this.khw.home).open)) {
      const texts = this.files.get(path) ?? new Set()
      this.files.set(path, texts.add(text))
    }
  }

  /** All of them, by the place where they were seen, with the logs of the nodes as they are now. */
  async all(nodes: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const read = "sudo sh -c 'journalctl --all --no-pager; cat /var/log/*.log'"
    const logs: [string, string][] = []
    for (const node of nodes) logs.push([`logs of ${node}`, await this.khw.succeed('ssh', node, '--', read)])
    return new Map([
      ...[...this.files].map(([path, texts]) => [path, [...texts].join('\n')] as const),
      ...logs,
      ['argument lists', this.watch.argumentLists.join('\n')],
      ['environments', this.watch.environmentLists.join('\n')],
      ['what khw printed', this.printed.join('\n')],
    ])
  }
}
