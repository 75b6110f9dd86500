import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {captureOutput} from '@oclif/test'
import {expect} from 'chai'
import Doctor from '../../src/commands/doctor.js'
import {homeOf} from '../../src/cluster/home.js'
import {clusterDirectory} from '../../src/cluster/store.js'
import type {DoctorReport} from '../../src/steps/doctor.js'
import {thisOwner} from '../../src/lock-owner.js'
import {Journal} from '../../src/steps/engine/journal.js'
import {CREDENTIALS, testRegion, type TestRegion} from '../local/api/test-region.js'
import {ARTIFACTS} from '../steps/region-run.js'
import {sampleSpec} from '../steps/sample-spec.js'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const FLAGS = ['--provider', 'aws', '--allow-cidr', '203.0.113.7', '--artifacts', 'mirror', '--mirror', '/m']

describe('khw doctor', () => {
  const saved = {...process.env}
  let region: TestRegion
  let directory: string

  beforeEach(async () => {
    region = await testRegion()
    directory = mkdtempSync(join(tmpdir(), 'khw-doctor-'))
    writeFileSync(
      join(directory, 'config'),
      `[profile lab]\nregion = local-1\naws_access_key_id = ${CREDENTIALS.accessKeyId}\naws_secret_access_key = ${CREDENTIALS.secretAccessKey}\n`,
    )
    for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) Reflect.deleteProperty(process.env, name)
    Object.assign(process.env, {
      KHW_HOME: join(directory, 'home'),
      AWS_ENDPOINT_URL: region.endpoint,
      AWS_CONFIG_FILE: join(directory, 'config'),
      AWS_SHARED_CREDENTIALS_FILE: join(directory, 'credentials'),
      AWS_EC2_METADATA_DISABLED: 'true',
      // Of somebody else: whoever names a profile does not mean these.
      AWS_ACCESS_KEY_ID: 'AKIASOMEBODYELSE0001',
      AWS_SECRET_ACCESS_KEY: 'guess',
    })
  })
  afterEach(async () => {
    for (const name of Object.keys(process.env)) if (!(name in saved)) Reflect.deleteProperty(process.env, name)
    Object.assign(process.env, saved)
    process.exitCode = 0
    rmSync(directory, {recursive: true, force: true})
    await region.close()
  })

  const doctor = async (...flags: string[]) => {
    const {stdout} = await captureOutput(() => Doctor.run([...FLAGS, ...flags], ROOT))
    return stdout
  }

  it('calls as the profile that is named, in the region that the profile has', async () => {
    const report = JSON.parse(await doctor('--profile', 'lab', '--json')) as DoctorReport
    expect(report.findings.filter(({ok}) => !ok)).to.deep.equal([])
    expect(report).to.include({region: 'local-1', ok: true})
    expect(report.findings[0]?.detail).to.include('account 123456789012')
  })

  it('says of a name that is in use what a create would do, and looks at what that cluster needs', async () => {
    const home = homeOf()
    const {path} = clusterDirectory(home, 'lab')
    const spec = {...sampleSpec({controllers: 1, workers: 1}), name: 'lab', provider: 'aws', region: 'local-1'} as const
    const createdAt = new Date().toISOString()
    const account = '123456789012'
    const ranges = {operatorCidr: '203.0.113.7/32', rangesGiven: true} as const
    Journal.create(path, {
      clusterId: 'c0ffee',
      spec,
      account,
      ...ranges,
      artifacts: ARTIFACTS,
      createdAt,
      expiresAt: null,
    })
    const look = async (...flags: string[]) => {
      const {stdout} = await captureOutput(() => Doctor.run(['lab', '--profile', 'lab', '--json', ...flags], ROOT))
      return (JSON.parse(stdout) as DoctorReport).findings
    }
    const [name, ...others] = await look()
    expect(name).to.include({check: 'name', ok: true, fix: null})
    expect(name?.detail).to.match(/^"lab" is there, and unfinished: khw create would go on with it \(0 of \d+ steps/)
    expect(others.map(({check}) => check)).to.include('identity')
    const [other, ...same] = await look('--controllers', '3')
    expect(other).to.include({check: 'name', ok: false})
    expect(other?.detail).to.include('exists with --controllers 1')
    expect(same.map(({check}) => check)).to.include('identity')
    const pid = process.ppid
    const owner = {...thisOwner('khw certs renew lab'), pid, startTime: undefined}
    writeFileSync(join(path, 'lock'), JSON.stringify(owner))
    const lock = (await look()).find(({check}) => check === 'lock')
    expect(lock?.ok).to.equal(false)
    expect(lock?.detail).to.include(`at work on this cluster: "khw certs renew lab" (process ${pid}`)
  })

  it('says what to type where there is no such profile, and where keys are of no use', async () => {
    const text = await doctor('--profile', 'typo')
    expect(text)
      .to.match(/^✖ identity/m)
      .and.to.match(/Could not sign in to aws \(\S+\)\s+as\s+the\s+profile\s+"typo":/)
      .and.to.include('aws configure list-profiles')
    process.env['AWS_REGION'] = 'local-1'
    Reflect.deleteProperty(process.env, 'AWS_PROFILE')
    Object.assign(process.env, {AWS_ACCESS_KEY_ID: 'AKIASOMEBODYELSE0001', AWS_SECRET_ACCESS_KEY: 'guess'})
    const other = await doctor()
    expect(other).to.include('InvalidClientTokenId').and.to.include('enable the region')
  })
})
