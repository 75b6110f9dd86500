import {mkdtemp, readFile, rm, stat} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {captureOutput} from '@oclif/test'
import {expect} from 'chai'
import Create from '../../src/commands/create.js'
import Doctor from '../../src/commands/doctor.js'
import Destroy from '../../src/commands/destroy.js'
import Kubeconfig from '../../src/commands/kubeconfig.js'
import Help from '../../src/commands/help.js'
import Rotate from '../../src/commands/keys/rotate.js'
import List from '../../src/commands/list.js'
import Ssh from '../../src/commands/ssh.js'
import Status from '../../src/commands/status.js'
import Sweep from '../../src/commands/sweep.js'
import type {DoctorReport} from '../../src/steps/doctor.js'
import {PHASES} from '../../src/steps/phases.js'
import {KhwCommand} from '../../src/ui/khw-command.js'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

interface Outcome {
  readonly stdout: string
  readonly stderr: string
  readonly message: string
  readonly exit: number | undefined
}

async function run(command: typeof KhwCommand, ...argv: string[]): Promise<Outcome> {
  // `run` of an abstract class takes `this`; the concrete ones are what is passed in.
  const concrete = command as typeof List
  const {stdout, stderr, error} = await captureOutput(() => concrete.run(argv, ROOT))
  return {stdout, stderr, message: error?.message ?? '', exit: error?.oclif?.exit}
}

class Broken extends KhwCommand {
  static override enableJsonFlag = true

  async run(): Promise<void> {
    await this.parse(Broken)
    throw new TypeError('undefined is not a cluster')
  }
}

describe('commands', () => {
  const before_ = {home: process.env['KHW_HOME'], stdin: process.stdin.isTTY}
  let home: string

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'khw-commands-'))
    process.env['KHW_HOME'] = home
    // Nobody sits at a test, even if it was started on a terminal.
    process.stdin.isTTY = false
  })

  afterEach(async () => {
    await rm(home, {recursive: true, force: true})
    if (before_.home === undefined) delete process.env['KHW_HOME']
    else process.env['KHW_HOME'] = before_.home
    process.stdin.isTTY = before_.stdin
  })

  it('refuse flags and values they do not know, with exit code 2', async () => {
    const unknown = await run(Create, '--wrokers', '3')
    expect(unknown).to.include({exit: 2, stdout: ''})
    expect(unknown.stderr).to.equal(
      '✖ khw create has no flag --wrokers.\n  Code: USAGE\n\nTry this:\n  --workers\n  khw create --help\n',
    )
    expect(await run(Ssh, 'worker-1', '-la')).to.include({exit: 2})
  })

  it('say in words of their own what cannot be meant, and how it is typed', async () => {
    const told = async (command: typeof KhwCommand, ...argv: string[]): Promise<string> => {
      const {stderr, stdout, exit} = await run(command, ...argv)
      expect({stdout, exit}, stderr).to.deep.equal({stdout: '', exit: 2})
      const [what = '', ...more] = stderr.split('\n').filter(line => !/^( {2}Code: USAGE|Try this:|)$/.test(line))
      return [what, ...more.map(line => line.trim())].join('\n')
    }
    const help = 'khw create --help'
    expect(await told(Create, '--controllers', 'three')).to.equal(
      `✖ --controllers takes a whole number, not "three".\n${help}`,
    )
    expect(await told(Create, '--provider', 'gcp')).to.equal(`✖ --provider takes aws or local, not "gcp".\n${help}`)
    expect(await told(Create, '--provider', 'locl')).to.equal(
      `✖ --provider takes aws or local, not "locl".\n--provider local\n${help}`,
    )
    expect(await told(Create, '--until')).to.equal(`✖ --until needs a value: PHASE.\nkhw create --until PHASE\n${help}`)
    expect(await told(Create, '--name', 'a', '--name', 'b')).to.equal(`✖ --name can be given only once.\n${help}`)
    expect(await told(Create, '--all')).to.equal(`✖ --all goes only with --dry-run.\n--dry-run --all\n${help}`)
    expect(await told(Status, 'a', 'b')).to.equal('✖ khw status takes no "b".\nkhw status [NAME]\nkhw status --help')
    expect(await told(Ssh)).to.equal(
      '✖ khw ssh needs NODE (controller-1, worker-2, ...).\nkhw ssh NODE [--name NAME] [-- COMMAND...]\nkhw ssh --help',
    )
    expect(await told(Rotate, '--revoke-tokens', '--encryption')).to.match(
      /^✖ --revoke-tokens does not go with --encryption\.\nLeave out one of them\nkhw .*rotate --help$/,
    )
    expect(await told(Sweep, '--provider', 'local')).to.equal('✖ --expired is missing.\n--expired\nkhw sweep --help')
    expect(await told(Help, 'crate')).to.equal('✖ There is no command "crate".\nkhw create\nkhw --help')
    expect(await told(Help, 'certs', 'foo')).to.equal('✖ There is no command "certs foo".\nkhw certs --help')
  })

  it('know their own flags of all kinds, and what is an argument here and a flag elsewhere', async () => {
    const tries = async (command: typeof KhwCommand, ...argv: string[]): Promise<string | undefined> =>
      (await run(command, ...argv)).stderr.split('\n')[4]?.trim()
    expect(await tries(List, '--jsn')).to.equal('--json')
    expect(await tries(Status, '--profil', 'work')).to.equal('--profile')
    expect(await tries(Status, '--name', 'lab')).to.equal('khw status lab')
    expect(await tries(Status, '--profile', 'work', '--name=lab')).to.equal('khw status --profile work lab')
    expect(await tries(Status, '--name')).to.equal('khw status NAME')
    expect(await tries(Status, '--frobnicate', 'lab')).to.equal('khw status --help')
  })

  it('print errors for people on stderr', async () => {
    const {stdout, stderr, exit} = await run(Status)
    expect(exit).to.equal(1)
    expect(stdout).to.equal('')
    expect(stderr).to.match(/✖ There is no cluster yet\.\n {2}Code: CLUSTER_NOT_FOUND\n\nTry this:\n/)
  })

  it('print errors for machines on stdout under --json, bad usage too', async () => {
    const missing = await run(Status, 'lab', '--json')
    expect(missing).to.include({exit: 1, stderr: ''})
    expect(JSON.parse(missing.stdout)).to.have.nested.property('error.code', 'CLUSTER_NOT_FOUND')
    const bad = await run(Create, '--json', '--frobnicate')
    expect(bad.exit).to.equal(2)
    expect(JSON.parse(bad.stdout)).to.deep.equal({
      error: {code: 'USAGE', message: 'khw create has no flag --frobnicate.', suggestions: ['khw create --help']},
    })
  })

  it('say of an unexpected error that it is a bug, and keep its stack in a private log', async () => {
    const {stderr, exit} = await run(Broken)
    expect(exit).to.equal(1)
    expect(stderr).to.include('This is a bug in khw').and.to.include('undefined is not a cluster')
    expect(stderr).not.to.match(/^ +at /m)
    const log = join(home, 'errors.log')
    expect(stderr).to.include(log)
    expect(await readFile(log, 'utf8')).to.match(/TypeError: undefined is not a cluster\n +at /)
    expect((await stat(log)).mode & 0o777).to.equal(0o600)
  })

  it('create asks nothing without a terminal, and names the flags instead', async () => {
    const {stderr, exit} = await run(Create)
    expect(exit).to.equal(2)
    expect(stderr).to.include('khw create --provider local')
  })

  it('create refuses a bad request before anything is created', async () => {
    const flags = ['--provider', 'local', '--controllers', '2', '--name', 'No', '--pod-cidr', '10.32.0.0/16', '--yes']
    const {stderr, exit} = await run(Create, ...flags)
    expect(exit).to.equal(2)
    expect(stderr).to.include('Code: INVALID_SPEC')
    for (const flag of ['--controllers 3', '--name no']) expect(stderr).to.include(flag)
    expect(await run(Create, '--provider', 'local', '--until', 'lunch')).to.include({exit: 2})
    expect(await run(Create, '--provider', 'local', '--allow-cidr', '1.2.3.4/8')).to.include({exit: 2})
    const named = await run(Create, 'Other', '--provider', 'local')
    expect(named.stderr).to.include('"Other" cannot be a cluster name')
    expect(await run(Create, 'lab', '--name', 'other', '--provider', 'local')).to.include({exit: 2})
    expect((await run(List)).stdout).to.include('There is no cluster')
  })

  it('doctor takes the flags of create, and says what is in the way', async () => {
    const bad = await run(Doctor, '--provider', 'local', '--controllers', '2')
    expect(bad).to.include({exit: 2, stdout: ''})
    expect(bad.stderr).to.include('--controllers 3')
    const environment = {...process.env}
    // Nobody listens there, so nobody can be signed in.
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
      AWS_ACCESS_KEY_ID: 'AKIANOBODY0000000001',
      AWS_SECRET_ACCESS_KEY: 'x',
    })
    try {
      const flags = ['--provider', 'aws', '--allow-cidr', '203.0.113.7', '--artifacts', 'mirror', '--mirror', '/m']
      const {stdout} = await run(Doctor, ...flags, '--json')
      const report = JSON.parse(stdout) as DoctorReport
      expect(report).to.include({name: 'hard-way', provider: 'aws', region: 'us-west-2', ok: false})
      expect(report.findings.map(({check, ok}) => [check, ok])).to.deep.equal([
        ['identity', false],
        ['address ranges', true],
      ])
      const text = (await run(Doctor, ...flags)).stdout
      expect(text)
        .to.match(/^✖ identity {8}Could not sign in/m)
        .and.to.match(/^✔ address ranges {2}10\.240/m)
      expect(text).to.include('1 check failed: "hard-way" would not be begun')
    } finally {
      for (const name of ['AWS_ENDPOINT_URL', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'])
        Reflect.deleteProperty(process.env, name)
      Object.assign(process.env, environment)
      process.exitCode = 0
    }
  })

  it('create names every phase in the help of --until', () => {
    for (const {id} of PHASES) expect(Create.flags.until.description).to.match(new RegExp(`\\b${id}\\b`))
  })

  it('destroy succeeds where there is no cluster, named or not; kubeconfig needs one', async () => {
    for (const argv of [['--yes'], []]) {
      const unnamed = await run(Destroy, ...argv)
      expect(unnamed).to.include({exit: undefined, stderr: ''})
      expect(unnamed.stdout).to.include('No cluster is recorded here, so nothing was removed')
    }
    expect(JSON.parse((await run(Destroy, '--json')).stdout)).to.deep.equal({
      ...{name: null, removed: [], remaining: [], seconds: 0},
    })
    const named = await run(Destroy, 'lab', '--yes')
    expect(named.exit).to.equal(undefined)
    expect(named.stderr).to.include('There is no cluster "lab"')
    const which = await run(Destroy, '--provider', 'aws', '--region', 'eu-central-1', '--yes')
    expect(which.exit).to.equal(2)
    expect(which.stderr).to.include('khw destroy NAME --provider aws --region eu-central-1 --yes')
    expect((await run(Kubeconfig, '--path')).stderr).to.include('CLUSTER_NOT_FOUND')
  })

  it('list prints an empty array when there is nothing', async () => {
    expect(JSON.parse((await run(List, '--json')).stdout)).to.deep.equal([])
  })
})
