import {Flags} from '@oclif/core'
import type {CreateReport} from '../cluster/report.js'
import type {Home} from '../cluster/home.js'
import {KhwError} from '../errors.js'
import type {CreateRequest} from '../steps/request/create-request.js'
import type {PlanReport} from '../steps/plan-cluster.js'
import {buildArgs, buildFlags, buildUsage} from '../ui/build-flags.js'
import {AwsCommand} from '../ui/aws-command.js'

export default class Create extends AwsCommand {
  static override summary = 'Build a cluster, or go on with one that is unfinished'
  static override description = `Builds a Kubernetes cluster from scratch: network, machines, certificates, etcd, control plane, workers.

On a terminal, without flags, it asks. A cluster that is unfinished, for whatever reason, is finished by the same command: what is done is kept. On a finished cluster it changes nothing.

Everything is checked before anything is created. Progress goes to stderr, the result to stdout.`
  static override examples = [
    {description: 'Answer questions', command: '<%= config.bin %> create'},
    {
      description: 'Three controllers and three workers on this machine, at no cost',
      command: '<%= config.bin %> create --provider local --controllers 3 --workers 3 --yes',
    },
    {
      description: 'On AWS, in a region of your choice',
      command: '<%= config.bin %> create --provider aws --region eu-central-1 --name lab',
    },
    {
      description: 'From a mirror, without internet access',
      command: '<%= config.bin %> create --provider local --mirror /srv/mirror --kubernetes-version 1.36.2',
    },
    {description: 'Only up to a running etcd, to look around', command: '<%= config.bin %> create --until etcd'},
  ]
  static override usage = `create ${buildUsage}`
  static override enableJsonFlag = true
  static override args = buildArgs
  static override flags = {
    yes: Flags.boolean({
      char: 'y',
      description: 'ask nothing; install what the local region needs',
      helpGroup: 'RUN',
    }),
    'dry-run': Flags.boolean({description: 'only show what would be done, as khw plan does', helpGroup: 'RUN'}),
    all: Flags.boolean({description: 'every step of a --dry-run', dependsOn: ['dry-run'], helpGroup: 'RUN'}),
    until: Flags.string({
      description:
        'stop after a phase: network, access, compute, load-balancer, node, etcd, control-plane, worker, routing, addons, verify',
      helpValue: 'PHASE',
      helpGroup: 'RUN',
    }),
    'force-unlock': Flags.string({
      description: 'take the lock from a khw on another host; the error LOCKED says what to type',
      helpValue: 'NONCE',
      helpGroup: 'RUN',
    }),
    ...buildFlags,
  }

  async run(): Promise<CreateReport | PlanReport> {
    const {args, flags} = await this.parse(Create)
    const {requestOf} = await import('../ui/create-flags.js')
    const home = await this.home()
    if (flags['dry-run']) {
      const {plannedRun} = await import('../ui/planned-run.js')
      return plannedRun(home, requestOf(flags, args), flags, text => {
        this.log(text)
      })
    }
    const request = await this.#decide(requestOf(flags, args), home, flags.yes)
    const startedAt = Date.now()
    const report = await this.#create(request, home, flags)
    const {createReport} = await import('../ui/create-report.js')
    const {listClusters} = await import('../steps/clusters/list-clusters.js')
    this.log(
      createReport(report, {
        style: await this.style(),
        columns: process.stdout.columns || 80,
        now: Date.now(),
        startedAt,
        until: flags.until,
        alone: listClusters(home).length === 1,
      }),
    )
    if (!report.ready && report.phase !== 'creating') this.failQuietly()
    return report
  }

  /** What to build: as the flags say, as an unfinished cluster has it, or as somebody at the terminal answers. */
  async #decide(given: CreateRequest, home: Home, yes: boolean): Promise<CreateRequest> {
    const {listClusters, refuseUnreadable} = await import('../steps/clusters/list-clusters.js')
    const {createIntent} = await import('../ui/create-intent.js')
    if (given.name !== undefined) refuseUnreadable(home, given.name)
    const clusters = listClusters(home)
    const intent = createIntent(given, clusters, this.interactive && !yes)
    if (intent.kind === 'create') return intent.request
    const style = await this.style(process.stderr)
    if (intent.kind === 'resume') {
      process.stderr.write(`Going on with ${style.bold(intent.name)}: what is done is kept.\n\n`)
      return intent.request
    }
    const {createWizard} = await import('../ui/wizard.js')
    const {createPrompts} = await import('../ui/prompts.js')
    const {expectedSource} = await import('../steps/request/expected-artifacts.js')
    const {signal} = new AbortController()
    return createWizard({
      given,
      clusters,
      prompts: createPrompts(process.stderr, 'nothing was created'),
      style,
      env: process.env,
      localFirst: process.platform === 'linux' && process.getuid?.() === 0,
      expectedSource: request => expectedSource(request, signal),
      write: text => process.stderr.write(text),
    })
  }

  async #create(
    request: CreateRequest,
    home: Home,
    {
      until,
      yes,
      'force-unlock': forceUnlock,
    }: {until: string | undefined; yes: boolean; 'force-unlock': string | undefined},
  ): Promise<CreateReport> {
    const {createCluster} = await import('../steps/create-cluster.js')
    const {watchedRun} = await import('../ui/watched-run.js')
    // Of a cluster that has its record: what it is made of is known.
    const again = `khw create${request.name === undefined ? '' : ` --name ${request.name}`}`
    const interrupted = new KhwError(
      'INTERRUPTED',
      'Interrupted. What was made is still there, and recorded.',
      [again, `khw destroy${request.name === undefined ? '' : ` ${request.name}`}`],
      {exit: 130},
    )
    const created = watchedRun({stderr: process.stderr, stdout: process.stdout, interrupted}, (progress, signal) =>
      createCluster({
        home,
        request,
        yes,
        ...(until !== undefined && {until}),
        ...(forceUnlock !== undefined && {forceUnlock}),
        confirm: async question => {
          if (!this.interactive) return false
          await progress.pause()
          const {createPrompts} = await import('../ui/prompts.js')
          return createPrompts(process.stderr, 'nothing was created').confirm(question, true)
        },
        onEvent: progress.onEvent,
        onNotice: text => {
          progress.onNotice(text)
        },
        onArtifactProgress: artifact => {
          progress.onArtifactProgress(artifact)
        },
        signal,
      }),
    )
    try {
      return await created
    } catch (error) {
      const {clusterExists} = await import('../cluster/store.js')
      const {defaultName} = await import('../steps/request/default-name.js')
      if (error !== interrupted || clusterExists(home, request.name ?? defaultName(home))) throw error
      const {equivalentCommand} = await import('../ui/equivalent-command.js')
      throw new KhwError('INTERRUPTED', 'Interrupted. Nothing was created.', [equivalentCommand(request)], {exit: 130})
    }
  }
}
