import {expect} from 'chai'
import type {ClusterSummary} from '../../src/cluster/report.js'
import {KhwError} from '../../src/errors.js'
import type {CreateRequest} from '../../src/steps/request/create-request.js'
import type {ExpectedSource} from '../../src/steps/request/expected-artifacts.js'
import type {Prompts} from '../../src/ui/prompts.js'
import {styleFor} from '../../src/ui/style.js'
import {createWizard} from '../../src/ui/wizard.js'

/** Answers in order, as a reader would type them; an answer the question refuses fails with its complaint. */
class Script implements Prompts {
  readonly asked: string[] = []
  /** Of the last list. */
  offered = ''
  readonly #answers: (string | number | boolean | undefined)[]

  constructor(...answers: (string | number | boolean | undefined)[]) {
    this.#answers = answers
  }

  select: Prompts['select'] = (message, choices, initial) => {
    this.offered = choices.map(choice => choice.name).join('\n')
    // The terminal would break them anywhere.
    for (const {name, description = ''} of choices)
      for (const text of [`? ${message} ${name}`, description]) expect(text.length, text).to.be.at.most(79)
    const answer = this.#next(message) ?? initial ?? choices[0]?.value
    const chosen = choices.find(choice => choice.value === answer)
    return chosen ? Promise.resolve(chosen.value) : Promise.reject(new Error(`${String(answer)} is not offered`))
  }

  input: Prompts['input'] = (message, initial, problem) => {
    const answer = String(this.#next(message) ?? initial)
    const complaint = problem(answer)
    return complaint === undefined ? Promise.resolve(answer) : Promise.reject(new Error(complaint))
  }

  typed: Prompts['typed'] = message => Promise.resolve(String(this.#next(message)))

  confirm: Prompts['confirm'] = (message, initial) => Promise.resolve((this.#next(message) ?? initial) === true)

  #next(message: string): string | number | boolean | undefined {
    this.asked.push(message)
    return this.#answers.shift()
  }
}

interface Told {
  readonly request: CreateRequest
  readonly text: string
}

async function ask(
  prompts: Prompts,
  given: CreateRequest = {},
  clusters: readonly ClusterSummary[] = [],
  expected: ExpectedSource = {source: 'upstream'},
): Promise<Told> {
  let text = ''
  const request = await createWizard({
    given,
    clusters,
    prompts,
    style: styleFor({isTTY: false}, {}),
    env: {AWS_REGION: 'eu-central-1'},
    localFirst: true,
    expectedSource: () => Promise.resolve(expected),
    write: part => {
      text += part
    },
  })
  return {request, text}
}

async function failure(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise
  } catch (error) {
    if (error instanceof Error) return error
  }
  throw new Error('did not fail')
}

const unfinished: ClusterSummary = {
  name: 'hard-way',
  id: '1',
  provider: 'local',
  region: 'local-1',
  phase: 'creating',
  createdAt: '2026-11-22T10:00:00Z',
  expiresAt: null,
}

describe('createWizard', () => {
  it('takes what is shown when the reader only presses Enter', async () => {
    const {request, text} = await ask(new Script())
    expect(request).to.deep.equal({name: 'hard-way', provider: 'local', controllers: 3, workers: 3})
    expect(text).to.include('khw create --name hard-way --provider local --controllers 3 --workers 3\n')
    for (const line of text.split('\n')) expect(line.length).to.be.at.most(80)
  })

  it('asks for a region on AWS only, and offers the one of the environment', async () => {
    const {request, text} = await ask(new Script('aws', 'lab', undefined, 1, '2', '1.36', undefined, 'yes'))
    expect(request).to.deep.equal({
      name: 'lab',
      provider: 'aws',
      region: 'eu-central-1',
      controllers: 1,
      workers: 2,
      kubernetesVersion: '1.36',
    })
    // 3 of t3.medium in eu-central-1 (0.048), with 20 GiB (0.0952 a month each) and an address (0.005).
    expect(text).to.match(/Costs +\$0\.17 an hour, \$1\.33 for its 8 hours\n/)
    expect(text).to.match(/Prices +on demand, as listed in \w+ 20\d\d(, \d+ months ago)?\n/)
    expect(text).to.match(/Ends +8h after its creation/)
  })

  it('buys nothing from who only presses Enter, and shows the price of saying yes', async () => {
    const script = new Script('aws', 'lab', undefined, 1, '2', '1.36')
    const error = await failure(ask(script))
    expect(error).to.include({code: 'INTERRUPTED', message: 'Cancelled, nothing was created.'})
    expect(script.offered).to.match(/^No, .*\nYes, for \$0\.17 an hour, \$1\.33 for its 8 hours$/)
    expect((await ask(new Script('local', 'lab', 1, '1', 'newest'))).request.name).to.equal('lab')
  })

  it('does not ask again what flags have said', async () => {
    const script = new Script()
    const {request} = await ask(script, {name: 'lab', controllers: 1, workers: 1, kubernetesVersion: '1.20.2'})
    expect(script.asked).to.deep.equal(['Where shall it run?', 'How strict shall it be?', 'Create it?'])
    expect(request.provider).to.equal('local')
  })

  it('asks how strict it shall be, once, and offers only what the version can have', async () => {
    const both = await ask(new Script('local', 'lab', 1, '1', '1.36', 'both'))
    expect(both.request).to.include({cni: 'kube-network-policies', securityProfile: 'cis'})
    expect(both.text.replace(/[\\\s]+/g, ' '))
      .to.include('Policies enforced by kube-network-policies')
      .and.include('--cni kube-network-policies --security-profile cis')
    const old = new Script('local', 'lab', 1, '1', '1.20.2', 'cis')
    expect((await ask(old)).request).to.include({securityProfile: 'cis'})
    expect((await failure(ask(new Script('local', 'lab', 1, '1', '1.20.2', 'policies')))).message).to.include(
      'not offered',
    )
    const said = new Script()
    await ask(said, {cni: 'bridge'})
    expect(said.asked).not.to.include('How strict shall it be?')
  })

  it('offers what Debian has where there is nothing else, and says why', async () => {
    const nothingElse: ExpectedSource = {source: 'debian', obstacle: 'dl.k8s.io cannot be reached (ENOTFOUND)'}
    const script = new Script('local', 'lab', 3, '3', 'cis')
    const {request, text} = await ask(script, {}, [], nothingElse)
    expect(script.asked).not.to.include('Which version of Kubernetes?')
    expect(script.offered).to.equal('Hardened, as far as it hurts no use\nBy the whole CIS benchmark')
    expect(request).to.include({artifacts: 'debian', securityProfile: 'cis'}).and.not.to.have.property('cni')
    expect(text.replace(/\s+/g, ' '))
      .to.include('Kubernetes is 1.20.2, from Debian 12, since dl.k8s.io cannot be reached (ENOTFOUND). Others, and')
      .and.include('are to be had from a mirror (--mirror DIR).')
      .and.include('Kubernetes 1.20.2, from Debian 12 Security')
      .and.include('--artifacts debian')
    for (const line of text.split('\n')) expect(line.length, line).to.be.at.most(80)
    const wanted = await ask(new Script('local', 'lab', 3, '3', 'cis'), {artifacts: 'debian'}, [], {source: 'debian'})
    expect(wanted.text.replace(/\s+/g, ' '))
      .to.include(
        'Kubernetes is 1.20.2, from Debian 12. Others, and network policies, are to be had without --artifacts',
      )
      .and.not.include('mirror')
    const refused = await failure(ask(new Script(), {kubernetesVersion: '1.36'}, [], nothingElse))
    expect(refused).to.include({code: 'ARTIFACT_UNREACHABLE'})
  })

  it('refuses at once what does not go with the flags', async () => {
    const script = new Script()
    const error = await failure(ask(script, {artifacts: 'debian', cni: 'kube-network-policies'}))
    expect(error).to.include({code: 'ARTIFACT_UNREACHABLE'})
    expect(script.asked).to.deep.equal(['Where shall it run?'])
    const old = new Script('local', 'lab', 1, '1', '1.20')
    expect((await failure(ask(old, {cni: 'kube-network-policies'}))).message).to.include('needs Kubernetes')
  })

  it('breaks the command that asks for the same so that it can be pasted', async () => {
    const {text} = await ask(new Script('aws', 'lab', undefined, 3, '3', '1.36', 'both', 'yes'))
    expect(text).to.include(
      '  khw create --name lab --provider aws --region eu-central-1 --controllers 3 \\\n    --workers 3 ',
    )
    for (const line of text.split('\n')) expect(line.length, line).to.be.at.most(80)
  })

  it('refuses what clusterSpec would refuse, in its words', async () => {
    expect((await failure(ask(new Script('local', 'No Name')))).message).to.include('must be a DNS label')
    expect((await failure(ask(new Script('local', 'lab', 3, '500')))).message).to.include('have room for')
    expect((await failure(ask(new Script('local', 'lab', 3, '0')))).message).to.include('at least one is needed')
    expect((await failure(ask(new Script('local', 'lab', 3, '3', '1.12')))).message).to.include('khw builds 1.20')
  })

  it('refuses a name that is taken, and offers a free one', async () => {
    const ready = {...unfinished, phase: 'ready' as const}
    expect((await failure(ask(new Script('local', 'hard-way'), {}, [ready]))).message).to.include('already')
    expect((await ask(new Script(), {}, [ready])).request.name).to.equal('hard-way-2')
  })

  it('offers to go on with an unfinished cluster first', async () => {
    const script = new Script()
    expect((await ask(script, {}, [unfinished])).request).to.deep.equal({name: 'hard-way'})
    expect(script.asked).to.have.length(1)
  })

  it('creates nothing unless the reader agrees', async () => {
    const error = await failure(ask(new Script('local', 'lab', 3, '3', 'newest', 'default', false)))
    expect(error).to.be.instanceOf(KhwError)
    expect(error).to.include({code: 'INTERRUPTED', message: 'Cancelled, nothing was created.'})
    expect(error).to.have.nested.property('oclif.exit', 130)
  })
})
