import type {ClusterSummary} from '../cluster/report.js'
import type {ProviderName} from '../cluster/spec.js'
import {createRequestDefaults, type CreateRequest} from '../steps/request/create-request.js'
import {defaultRegion} from '../steps/request/default-region.js'
import {
  NEWEST,
  costOf,
  freeName,
  nameProblem,
  policiesProblem,
  priceOf,
  regionProblem,
  summaryRows,
  versionProblem,
  workersProblem,
} from './create-answers.js'
import {equivalentCommand} from './equivalent-command.js'
import {cancelledError, type Choice, type Prompts} from './prompts.js'
import type {Style} from './style.js'
import {fields} from './table.js'

export interface WizardOptions {
  /** What the flags say already is not asked again. */
  readonly given: CreateRequest
  readonly clusters: readonly ClusterSummary[]
  readonly prompts: Prompts
  readonly style: Style
  readonly env: NodeJS.ProcessEnv
  /** The user is root on Linux: the local region runs without further ado, and comes first. */
  readonly localFirst: boolean
  readonly write: (text: string) => void
}

/** The choice of none of the unfinished ones; no cluster can be called that. */
const ANOTHER = '/another'

/**
 * Asks what to build, shows it with the command that asks for the same, and asks once more. Fails with INTERRUPTED when
 * the reader leaves: nothing was created by then.
 */
export async function createWizard(options: WizardOptions): Promise<CreateRequest> {
  const {style, write} = options
  write(`${style.bold('Kubernetes the hard way')}, made easy. Enter takes what is shown, Ctrl-C leaves.\n\n`)
  const unfinished = await askUnfinished(options)
  if (unfinished !== undefined) return {name: unfinished}
  const request = await askRequest(options)
  write(`\n${fields(summaryRows(request), style)}\n\n`)
  write(`  ${style.dim('The same without questions:')}\n  ${style.cyan(equivalentCommand(request))}\n\n`)
  if (!(await isWanted(request, options.prompts))) throw cancelledError('nothing was created')
  write('\n')
  return request
}

/** Enter alone buys nothing: what costs money has to be chosen, with its price before one's eyes. */
async function isWanted(request: CreateRequest, prompts: Prompts): Promise<boolean> {
  const price = priceOf(request)
  if (price === undefined) return prompts.confirm('Create it?', true)
  const answer = await prompts.select<'no' | 'yes'>('Create it?', [
    {value: 'no', name: 'No, leave: nothing is created, and nothing costs anything'},
    {value: 'yes', name: `Yes, for ${price}`, description: 'Billed by AWS to the account you are signed in to.'},
  ])
  return answer === 'yes'
}

async function askUnfinished({given, clusters, prompts}: WizardOptions): Promise<string | undefined> {
  const unfinished = clusters.filter(cluster => cluster.phase === 'creating')
  if (unfinished.length === 0 || Object.keys(given).length > 0) return undefined
  const choices: Choice<string>[] = [
    ...unfinished.map(({name, provider}) => ({
      value: name,
      name: `Go on with ${name}`,
      description: `Unfinished, on ${provider === 'local' ? 'this machine' : 'AWS'}: what is done is kept`,
    })),
    {value: ANOTHER, name: 'Create another cluster'},
  ]
  const answer = await prompts.select('There is an unfinished cluster. What now?', choices)
  return answer === ANOTHER ? undefined : answer
}

async function askRequest({given, clusters, prompts, env, localFirst}: WizardOptions): Promise<CreateRequest> {
  const d = createRequestDefaults
  const taken = clusters.map(cluster => cluster.name)
  const provider = given.provider ?? (await askProvider(prompts, localFirst))
  const name =
    given.name ?? (await prompts.input('What shall it be called?', freeName(taken), text => nameProblem(text, taken)))
  const region =
    provider === 'local'
      ? undefined
      : (given.region ?? (await prompts.input('Which AWS region?', await defaultRegion(env), regionProblem)))
  const controllers = given.controllers ?? (await askControllers(prompts))
  const sofar: CreateRequest = {...given, controllers}
  const workers =
    given.workers ??
    Number(await prompts.input('How many workers?', String(d.workers), text => workersProblem(text, sofar)))
  const version =
    given.kubernetesVersion ?? (await prompts.input('Which version of Kubernetes?', NEWEST, versionProblem))
  const isSaid = given.cni !== undefined || given.securityProfile !== undefined
  const strictness = isSaid ? {} : STRICTNESS[await askStrictness(prompts, version)]
  return {
    ...given,
    name,
    provider,
    ...(region !== undefined && {region}),
    controllers,
    workers,
    ...(version !== NEWEST && {kubernetesVersion: version}),
    ...strictness,
  }
}

type Strictness = 'default' | 'policies' | 'cis' | 'both'

const STRICTNESS: Readonly<Record<Strictness, Pick<CreateRequest, 'cni' | 'securityProfile'>>> = {
  default: {},
  policies: {cni: 'kube-network-policies'},
  cis: {securityProfile: 'cis'},
  both: {cni: 'kube-network-policies', securityProfile: 'cis'},
}

/** What is hard to change later and a use may need: one question, and only what that version can have. */
function askStrictness(prompts: Prompts, version: string): Promise<Strictness> {
  const [open, closed] = [
    'A NetworkPolicy does nothing.',
    'By kube-network-policies; its image is of registry.k8s.io or a mirror.',
  ]
  const cis = 'Containers start only if their registry answers.'
  const choices: readonly Choice<Strictness>[] = [
    {value: 'default', name: 'Hardened, as far as it hurts no use', description: open},
    {value: 'policies', name: 'Hardened, and network policies are enforced', description: closed},
    {value: 'cis', name: 'By the whole CIS benchmark', description: `${cis} ${open}`},
    {value: 'both', name: 'By the whole CIS benchmark, and network policies are enforced', description: cis},
  ]
  const can = policiesProblem(version) === undefined
  return prompts.select(
    'How strict shall it be?',
    can ? choices : choices.filter(({value}) => STRICTNESS[value].cni === undefined),
  )
}

function askProvider(prompts: Prompts, localFirst: boolean): Promise<ProviderName> {
  const local: Choice<ProviderName> = {
    value: 'local',
    name: 'On this machine',
    description: `Real Debian machines; Linux only. Costs ${costOf('local')}.`,
  }
  const aws: Choice<ProviderName> = {
    value: 'aws',
    name: 'On AWS',
    description: `EC2 instances. Costs ${costOf('aws')}.`,
  }
  return prompts.select('Where shall it run?', localFirst ? [local, aws] : [aws, local])
}

function askControllers(prompts: Prompts): Promise<number> {
  const choices: readonly Choice<number>[] = [
    {value: 1, name: '1', description: 'The smallest: no controller may be lost.'},
    {value: 3, name: '3', description: 'Highly available: one controller may be lost.'},
    {value: 5, name: '5', description: 'Two controllers may be lost.'},
  ]
  return prompts.select('How many controllers?', choices, createRequestDefaults.controllers)
}
