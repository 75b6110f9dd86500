import {mkdir, mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {captureOutput} from '@oclif/test'
import {expect} from 'chai'
import LocalEnv from '../../../src/commands/local/env.js'
import LocalReset from '../../../src/commands/local/reset.js'
import LocalSetup from '../../../src/commands/local/setup.js'
import LocalStatus from '../../../src/commands/local/status.js'
import LocalStop from '../../../src/commands/local/stop.js'

import {writeRecord} from '../../../src/local/machines/record.js'
import {startTimeOf} from '../../../src/process-identity.js'
import {Journal, type JournalHeader} from '../../../src/steps/engine/journal.js'
import {sampleSpec} from '../../steps/sample-spec.js'

const ROOT = process.cwd()

describe('khw local', () => {
  const before = {home: process.env['KHW_HOME'], cache: process.env['KHW_CACHE']}
  let directory: string
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'khw-local-'))
    process.env['KHW_HOME'] = join(directory, 'home')
    process.env['KHW_CACHE'] = join(directory, 'cache')
  })
  afterEach(async () => {
    for (const [name, value] of [
      ['KHW_HOME', before.home],
      ['KHW_CACHE', before.cache],
    ] as const) {
      if (value === undefined) Reflect.deleteProperty(process.env, name)
      else process.env[name] = value
    }
    process.exitCode = 0
    await rm(directory, {recursive: true, force: true})
  })

  it('status looks without making anything', async () => {
    const {stdout} = await captureOutput(() => LocalStatus.run(['--json'], ROOT))
    const status = JSON.parse(stdout) as Record<string, unknown>
    expect(status).to.include({running: false, endpoint: null, image: null, directory: join(directory, 'home/region')})
    expect(status['machines']).to.deep.equal([])
    expect(status['problems']).to.be.an('array')
  })

  it('stop says that nothing runs', async () => {
    const {stdout} = await captureOutput(() => LocalStop.run(['--json'], ROOT))
    expect(JSON.parse(stdout)).to.deep.equal({stopped: false, machines: []})
    expect((await captureOutput(() => LocalStop.run([], ROOT))).stdout).to.equal('The local region does not run.\n')
  })

  it('stop says which machines go on running, and how they are ended', async function () {
    if (process.platform !== 'linux') this.skip()
    const spec = {...sampleSpec({controllers: 1, workers: 1}), name: 'lab', provider: 'local'} as const
    Journal.create(join(directory, 'home', 'clusters', 'lab'), {clusterId: 'lab', spec} as JournalHeader)
    const machines = join(directory, 'home', 'region', 'machines')
    const supervisors = {
      'i-runs': {pid: process.pid, startTime: startTimeOf(process.pid) ?? ''},
      'i-ended': {pid: process.pid, startTime: '1'},
    }
    for (const [instanceId, supervisor] of Object.entries(supervisors)) {
      await mkdir(join(machines, instanceId), {recursive: true})
      await writeRecord(join(machines, instanceId), {instanceId, hostname: 'worker-1', supervisor})
    }
    const {stdout} = await captureOutput(() => LocalStop.run(['--json'], ROOT))
    expect(JSON.parse(stdout)).to.deep.equal({stopped: false, machines: ['i-runs']})
    const told = (await captureOutput(() => LocalStop.run([], ROOT))).stdout
    expect(told)
      .to.include('! 1 machine goes on running.')
      .and.to.match(/Next:\n {2}khw destroy lab\n {2}khw local reset\n$/)
  })

  it('reset does nothing to anybody who is not asked and has not agreed', async () => {
    const {error, stdout} = await captureOutput(() => LocalReset.run(['--json'], ROOT))
    expect(error?.oclif?.exit).to.equal(2)
    expect(stdout).to.contain('khw local reset --yes')
  })

  it('reset of what is not there is no failure', async () => {
    const {stdout} = await captureOutput(() => LocalReset.run(['--yes', '--json'], ROOT))
    expect(JSON.parse(stdout)).to.deep.equal({removed: [], remaining: [], clusters: []})
  })

  it('reset names the clusters that it takes down, before and after, and no other', async () => {
    const clusters = join(directory, 'home', 'clusters')
    for (const [name, provider] of [
      ['lab', 'local'],
      ['prod', 'aws'],
    ] as const) {
      const spec = {...sampleSpec({controllers: 1, workers: 1}), name, provider}
      Journal.create(join(clusters, name), {clusterId: name, spec} as JournalHeader)
    }
    const asked = await captureOutput(() => LocalReset.run([], ROOT))
    expect(asked.stderr.replace(/\s+/g, ' ')).to.include('and with them lab').and.not.include('prod')
    const {stdout} = await captureOutput(() => LocalReset.run(['--yes'], ROOT))
    expect(stdout).to.include('khw destroy lab --yes').and.not.include('prod')
  })

  const refusing = {
    setup: () => LocalSetup.run(['--json'], ROOT) as Promise<unknown>,
    env: () => LocalEnv.run(['--json'], ROOT) as Promise<unknown>,
  }
  for (const [name, command] of Object.entries(refusing)) {
    it(`${name} makes no image for anybody who has not agreed`, async function () {
      if (process.platform !== 'linux') this.skip()
      const {error, stdout} = await captureOutput(command)
      expect(error?.oclif?.exit).to.equal(1)
      const answer = JSON.parse(stdout) as {error: {code: string; suggestions: string[]}}
      expect(answer.error.code).to.match(/^LOCAL_(NOT_SET_UP|NOT_ROOT|UNSUPPORTED)$/)
      expect(answer.error.suggestions).not.to.deep.equal([])
    })
  }
})
