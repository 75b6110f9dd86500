import {Flags} from '@oclif/core'
import {KhwCommand} from '../../ui/khw-command.js'
import type {ResetReport} from '../../local/daemon/reset.js'

/** Output contract of `khw local reset --json`. */
interface LocalResetReport extends ResetReport {
  /** Names of the clusters whose machines are gone; they are still on record here. */
  readonly clusters: readonly string[]
}

export default class LocalReset extends KhwCommand {
  static override summary =
    'Remove the local region with all its machines and networks, and prove that nothing is left.'
  static override description =
    'Works whatever state the region is in. Machine images and downloads stay in the cache. Clusters in the region are ' +
    'lost, and named; forget them with khw destroy NAME. Refused while a khw is at work on one. Exits with 1 and lists what is left if something could not be removed.'
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --yes --json']
  static override enableJsonFlag = true
  static override flags = {
    yes: Flags.boolean({char: 'y', summary: 'Do not ask.'}),
  }

  async run(): Promise<LocalResetReport> {
    const {flags} = await this.parse(LocalReset)
    const home = await this.home()
    const {listClusters} = await import('../../steps/clusters/list-clusters.js')
    const clusters = listClusters(home).flatMap(({name, provider}) => (provider === 'local' ? [name] : []))
    const {clusterDirectory} = await import('../../cluster/store.js')
    const {refuseIfAtWork} = await import('../../steps/engine/lock.js')
    for (const name of clusters) refuseIfAtWork(clusterDirectory(home, name).path)
    if (!flags.yes) await this.#ask(clusters)
    const {resetRegion} = await import('../../local/daemon/reset.js')
    const report = await resetRegion(home, text => {
      process.stderr.write(`${text}\n`)
    })
    const {removed, remaining} = report
    if (remaining.length === 0)
      this.log(
        removed.length === 0 ? 'There was no local region.' : `Removed ${removed.length} things; nothing is left.`,
      )
    else this.log(['Still there:', ...remaining.map(({type, id}) => `  ${type} ${id}`)].join('\n'))
    if (clusters.length > 0)
      this.log(`Gone with it; forget them:\n${clusters.map(name => `  khw destroy ${name} --yes`).join('\n')}`)
    if (remaining.length > 0) this.failQuietly()
    return {...report, clusters}
  }

  async #ask(clusters: readonly string[]): Promise<void> {
    const lost = clusters.length === 0 ? '' : `, and with them ${clusters.join(', ')}`
    if (!this.interactive) {
      const {usageError} = await import('../../ui/usage-error.js')
      throw usageError(`A reset removes every machine of the local region${lost}, and nobody is here to be asked.`, [
        'Say that you mean it: khw local reset --yes',
      ])
    }
    const {cancelledError, createPrompts} = await import('../../ui/prompts.js')
    const prompts = createPrompts(process.stderr, 'nothing was removed')
    if (!(await prompts.confirm(`Remove the local region with all its machines and networks${lost}?`, false)))
      throw cancelledError('nothing was removed')
  }
}
