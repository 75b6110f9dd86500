import {execFile, type ExecFileException} from 'node:child_process'
import {existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {hostname, tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {expect} from 'chai'

const BIN = fileURLToPath(new URL('../../bin/run.js', import.meta.url))

interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Each of these is refused by the built program before anything is made, with an error that says what to type. */
describe('bad input', () => {
  let home: string
  beforeEach(() => {
    home = join(mkdtempSync(join(tmpdir(), 'khw-bad-')), 'home')
  })
  afterEach(() => {
    rmSync(join(home, '..'), {recursive: true})
  })

  const khw = (...args: readonly string[]): Promise<Outcome> =>
    new Promise(resolve => {
      const env = {...process.env, KHW_HOME: home, AWS_EC2_METADATA_DISABLED: 'true'}
      execFile(process.execPath, [BIN, ...args], {env}, (error: ExecFileException | null, stdout, stderr) => {
        resolve({code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr})
      })
    })

  const create = (...args: readonly string[]): Promise<Outcome> =>
    khw('create', '--provider', 'local', '--yes', ...args)

  const cases: readonly [string, readonly string[], RegExp, RegExp][] = [
    ['even controllers', ['--controllers', '2'], /odd/, /--controllers 3/],
    ['no controllers', ['--controllers', '0'], /odd/, /--controllers 1/],
    ['more workers than the pod range has blocks', ['--workers', '300'], /room for 255/, /--workers 255/],
    ['overlapping ranges', ['--pod-cidr', '10.240.0.0/16'], /10\.240\.0\.0\/16/, /--pod-cidr/],
    ['a name that is no DNS label', ['--name', 'My_Cluster'], /DNS label/, /--name my-cluster/],
    ['an unknown version', ['--kubernetes-version', '1.99'], /1\.99/, /1\.37/],
    ['a version that was never one', ['--kubernetes-version', 'banana'], /banana/, /--kubernetes-version/],
    [
      'a region of AWS on this machine',
      ['--region', 'eu-west-1'],
      /one region, local-1/,
      /--provider aws --region eu-/,
    ],
    ['an unknown phase', ['--until', 'lunch'], /lunch/, /network/],
    ['a mirror that is not there', ['--mirror', '/no/such/mirror'], /\/no\/such\/mirror/, /--mirror/],
    ['a source that wants a mirror', ['--artifacts', 'mirror'], /mirror/, /--mirror/],
    ['a mirror beside another source', ['--artifacts', 'debian', '--mirror', '/x'], /--mirror/, /\w/],
  ]
  for (const [what, flags, why, next] of cases) {
    it(`refuses ${what} within a second`, async () => {
      const started = Date.now()
      const {code, stderr} = await create(...flags)
      const took = Date.now() - started
      expect(code, stderr).to.be.oneOf([1, 2])
      expect(stderr.replace(/\s+/g, ' ')).to.match(why).and.match(next)
      expect(existsSync(join(home, 'clusters')) || existsSync(join(home, 'region'))).to.equal(false)
      // The bound of the promise is a second; starting Node on a busy machine is not khw's.
      expect(took).to.be.lessThan(5_000)
    })
  }

  it('refuses Debian as a source for AWS, whose nodes cannot fetch from here', async () => {
    const {code, stderr} = await khw(
      'create',
      '--provider',
      'aws',
      '--controllers',
      '1',
      '--workers',
      '1',
      '--yes',
      '--artifacts',
      'debian',
    )
    expect(code).to.equal(2)
    expect(stderr).to.include('--artifacts upstream')
  })

  const awsCases: readonly [string, readonly string[], RegExp, RegExp][] = [
    ['what costs more than it may', ['--max-cost', '1.50'], /\$2\.64 in all, more than --max-cost 1\.5/, /--ttl/],
    ['what costs more an hour than it may', ['--max-cost', '0.1/h', '--ttl', 'never'], /\$0\.33 an hour/, /--workers/],
    ['a limit that what never ends cannot keep', ['--max-cost', '5', '--ttl', 'never'], /never ends/, /0\.50\/h/],
    ['a price that nobody knows', ['--max-cost', '5', '--worker-type', 'x9.large'], /lacks x9\.large/, /t3\.medium/],
    ['what is no amount', ['--max-cost', 'much'], /not an amount/, /--max-cost 5/],
    ['what is no time', ['--ttl', 'soon'], /not a time/, /--ttl 8h/],
  ]
  for (const [what, flags, why, next] of awsCases) {
    it(`refuses ${what} before it signs in anywhere`, async () => {
      const {code, stderr} = await khw('create', '--provider', 'aws', '--region', 'us-west-2', '--yes', ...flags)
      expect(code, stderr).to.equal(2)
      expect(stderr.replace(/\s+/g, ' ')).to.match(why).and.match(next)
      expect(existsSync(home)).to.equal(false)
    })
  }

  it('names all problems at once, and in JSON too', async () => {
    const {code, stdout} = await create('--controllers', '2', '--workers', '0', '--json')
    expect(code).to.equal(2)
    const {error} = JSON.parse(stdout) as {error: {code: string; message: string; suggestions: string[]}}
    expect(error.code).to.equal('INVALID_SPEC')
    expect(error.suggestions).to.have.length(2)
  })

  for (const command of [
    ['status', 'ghost'],
    ['kubeconfig', 'ghost'],
    ['ssh', 'worker-1', '--name', 'ghost'],
  ]) {
    it(`khw ${command.join(' ')} says that there is no such cluster`, async () => {
      const {code, stderr} = await khw(...command)
      expect(code).to.equal(1)
      expect(stderr)
        .to.match(/no cluster "ghost"/)
        .and.match(/khw create --name ghost/)
      expect(existsSync(home)).to.equal(false)
    })
  }

  for (const command of [
    ['destroy', 'lab', '--yes'],
    ['recover', 'lab'],
    ['sweep', '--expired', '--yes'],
  ]) {
    it(`khw ${command[0] ?? ''} looks in no region that this machine is not`, async () => {
      const {code, stderr} = await khw(...command, '--provider', 'local', '--region', 'eu-west-1')
      expect(code).to.equal(2)
      expect(stderr.replace(/\s+/g, ' ')).to.include('--region eu-west-1 does not go with --provider local')
      expect(existsSync(home)).to.equal(false)
    })
  }

  it('destroys a cluster that is gone already with success, and looks twice at a name where there are others', async () => {
    const gone = await khw('destroy', 'ghost', '--yes')
    expect(gone.code).to.equal(0)
    expect(gone.stderr)
      .to.match(/no cluster "ghost"/)
      .and.match(/khw destroy ghost --provider aws/)
    expect(existsSync(home)).to.equal(false)
    mkdirSync(join(home, 'clusters', 'lab'), {recursive: true})
    writeFileSync(join(home, 'clusters', 'lab', 'journal.json'), '{}')
    const slip = await khw('destroy', 'lba', '--yes')
    expect(slip.code).to.equal(1)
    expect(slip.stderr).to.match(/there is: lab/)
  })

  for (const name of ['', '.', '..', '../..', '/']) {
    it(`does not take "${name}" for a cluster to destroy or to recover`, async () => {
      const kept = join(home, 'clusters', 'lab', 'journal.json')
      mkdirSync(join(home, 'clusters', 'lab'), {recursive: true})
      writeFileSync(kept, '{}')
      for (const command of [
        ['destroy', name, '--yes'],
        ['recover', name],
      ]) {
        const {code, stderr} = await khw(...command)
        expect(code).to.equal(2)
        expect(stderr).to.match(/cannot be a cluster name/)
      }
      expect(existsSync(kept)).to.equal(true)
    })
  }

  it('keeps a cluster whose records cannot be read and that is nowhere to be found', async () => {
    const kept = join(home, 'clusters', 'lab', 'journal.json')
    mkdirSync(join(home, 'clusters', 'lab'), {recursive: true})
    writeFileSync(kept, 'garbage')
    const {code, stderr} = await khw('destroy', 'lab', '--yes')
    expect(code).to.equal(1)
    expect(stderr).to.match(/--provider aws --region REGION/)
    expect(existsSync(kept)).to.equal(true)
  })

  it('refuses a second create while one runs, naming it', async () => {
    const cluster = join(home, 'clusters', 'busy')
    mkdirSync(cluster, {recursive: true})
    const owner = {pid: process.pid, host: hostname(), command: 'khw create --name busy', since: 'now', nonce: 'n'}
    writeFileSync(join(cluster, 'lock'), JSON.stringify(owner))
    const {code, stderr} = await create('--name', 'busy')
    expect(code).to.equal(1)
    expect(stderr.replace(/\s+/g, ' ')).to.include(`process ${process.pid}`)
  })

  it('asks nothing without a terminal, and says which flags to give', async () => {
    const {code, stderr} = await khw('create')
    expect(code).to.equal(2)
    expect(stderr)
      .to.match(/--provider/)
      .and.match(/--yes/)
  })
})
