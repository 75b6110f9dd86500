import {Args, Flags} from '@oclif/core'
import type {ArtifactsReport} from '../../steps/list-artifacts.js'
import {buildFlags} from '../../ui/build-flags.js'
import {KhwCommand} from '../../ui/khw-command.js'

export default class ArtifactsList extends KhwCommand {
  static override summary = 'List what the nodes download: name, version, source and digest'
  static override description =
    'Of a cluster: what its nodes have, from its record and without network. Without NAME: the only cluster. With flags, or ' +
    'where there is no cluster: what a create would take; checksums are asked for where they are published, and no file is ' +
    'fetched or built.'
  static override examples = [
    '<%= config.bin %> artifacts list',
    '<%= config.bin %> artifacts list lab',
    '<%= config.bin %> artifacts list --kubernetes-version 1.36 --arch arm64 --json',
    '<%= config.bin %> artifacts list --mirror /srv/mirror',
  ]
  static override enableJsonFlag = true
  static override args = {
    name: Args.string({
      description: 'name of a cluster; what is fixed of it goes with no other flag',
      ignoreStdin: true,
    }),
  }
  static override flags = {
    'kubernetes-version': buildFlags['kubernetes-version'],
    artifacts: buildFlags.artifacts,
    mirror: buildFlags.mirror,
    cni: buildFlags.cni,
    arch: Flags.option({
      options: ['amd64', 'arm64'] as const,
      description: 'architecture of the nodes; amd64 by default, and that of this machine for what is built here',
    })(),
  }

  async run(): Promise<ArtifactsReport> {
    const {args, flags} = await this.parse(ArtifactsList)
    const {listArtifacts} = await import('../../steps/list-artifacts.js')
    const {defined} = await import('../../ui/defined.js')
    const asked = defined({
      kubernetesVersion: flags['kubernetes-version']?.replace(/^v(?=\d)/, ''),
      artifacts: flags.artifacts,
      mirror: flags.mirror,
      cni: flags.cni,
      architecture: flags.arch,
    })
    if (args.name !== undefined && Object.keys(asked).length > 0) {
      const {usageError} = await import('../../ui/usage-error.js')
      const {shellCommand} = await import('../../ui/shell-words.js')
      const asNew = this.argv.filter(word => word !== args.name && word !== '--json')
      throw usageError(`What "${args.name}" is made of is fixed: other flags say nothing about it.`, [
        `khw artifacts list ${args.name}`,
        `Of a new cluster: ${shellCommand(['khw', 'artifacts', 'list', ...asNew])}`,
      ])
    }
    const report = await listArtifacts({
      home: await this.home(),
      ...(args.name !== undefined && {name: args.name}),
      ...asked,
      signal: new AbortController().signal,
      onProgress: () => undefined,
    })
    const {artifactsReport} = await import('../../ui/artifacts-report.js')
    this.log(artifactsReport(report, {style: await this.style(), columns: process.stdout.columns || 80}))
    return report
  }
}
