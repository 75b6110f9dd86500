import {refuseFromDebian} from '../artifacts/auto.js'
import {checkArtifactRequest} from '../artifacts/check-request.js'
import type {ClusterSummary} from '../cluster/report.js'
import type {ProviderName} from '../cluster/spec.js'
import {artifactsOf} from '../steps/request/check-request.js'
import {createRequestDefaults, type CreateRequest} from '../steps/request/create-request.js'
import {defaultRegion} from '../steps/request/default-region.js'
import type {ExpectedSource} from '../steps/request/expected-artifacts.js'
import {askStrictness} from './ask-strictness.js'
import {
  NEWEST,
  costOf,
  freeName,
  nameProblem,
  onlyDebian,
  priceOf,
  regionProblem,
  summaryRows,
  versionProblem,
  workersProblem,
} from './create-answers.js'
import {equivalentWords} from './equivalent-command.js'
import {cancelledError, type Choice, type Prompts} from './prompts.js'
import {commandLines} from './shell-words.js'
import type {Style} from './style.js'
import {fields} from './table.js'
import {wrap} from './text.js'

export interface WizardOptions {
  /** What the flags say already is not asked again. */
  readonly given: CreateRequest
  readonly clusters: readonly ClusterSummary[]
  readonly prompts: Prompts
  readonly style: Style
  readonly env: NodeJS.ProcessEnv
  /** The user is root on Linux: the local region runs without further ado, and comes first. */
  readonly localFirst: boolean
  /** Where the artifacts of a request would come from. */
  readonly expectedSource: (request: CreateRequest) => Promise<ExpectedSource>
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
  const command = commandLines(equivalentWords(request), 78).map(line => `  ${style.cyan(line)}\n`)
  write(`  ${style.dim('The same without questions:')}\n${command.join('')}\n`)
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

async function askRequest(options: WizardOptions): Promise<CreateRequest> {
  const {given, clusters, prompts, env, localFirst, expectedSource} = options
  const d = createRequestDefaults
  const taken = clusters.map(cluster => cluster.name)
  const provider = given.provider ?? (await askProvider(prompts, localFirst))
  checkArtifactRequest(artifactsOf({...given, provider}))
  // It may take seconds, in which somebody types a name.
  const expected = expectedSource({...given, provider})
  const name =
    given.name ?? (await prompts.input('What shall it be called?', freeName(taken), text => nameProblem(text, taken)))
  const region =
    provider === 'local'
      ? undefined
      : (given.region ?? (await prompts.input('Which AWS region?', await defaultRegion(env), regionProblem)))
  const controllers = given.controllers ?? (await askControllers(prompts))
  const sofar: CreateRequest = {...given, provider, controllers}
  const workers =
    given.workers ??
    Number(await prompts.input('How many workers?', String(d.workers), text => workersProblem(text, sofar)))
  const version = await askVersion(options, sofar, await expected)
  const isSaid = given.cni !== undefined || given.securityProfile !== undefined
  const strictness = isSaid ? {} : await askStrictness(prompts, {...sofar, ...version})
  return {
    ...given,
    name,
    provider,
    ...(region !== undefined && {region}),
    controllers,
    workers,
    ...version,
    ...strictness,
  }
}

/**
 * What the cluster is made of. Debian, which is all that there is where upstream cannot be reached, has one version, so that
 * none is asked for; flags that ask for what it lacks are refused at once.
 */
async function askVersion(
  {prompts, write}: WizardOptions,
  request: CreateRequest,
  {source, obstacle}: ExpectedSource,
): Promise<Pick<CreateRequest, 'kubernetesVersion' | 'artifacts'>> {
  if (source === 'debian') {
    if (obstacle !== undefined) refuseFromDebian(artifactsOf(request), obstacle)
    write(`${wrap(onlyDebian(obstacle), 78).join('\n')}\n`)
    return {artifacts: source}
  }
  if (request.kubernetesVersion !== undefined) return {}
  const version = await prompts.input('Which version of Kubernetes?', NEWEST, text => versionProblem(text, request))
  return version === NEWEST ? {} : {kubernetesVersion: version}
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
