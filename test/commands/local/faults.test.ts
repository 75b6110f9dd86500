import {existsSync} from 'node:fs'
import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {captureOutput} from '@oclif/test'
import {expect} from 'chai'
import LocalFaults from '../../../src/commands/local/faults.js'
import {parseFaultSettingsText} from '../../../src/local/api/faults/parse-settings.js'

const ROOT = process.cwd()

describe('khw local faults', () => {
  const before = process.env['KHW_HOME']
  let directory: string

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'khw-faults-'))
    process.env['KHW_HOME'] = join(directory, 'home')
  })

  afterEach(async () => {
    if (before === undefined) Reflect.deleteProperty(process.env, 'KHW_HOME')
    else process.env['KHW_HOME'] = before
    await rm(directory, {recursive: true, force: true})
  })

  const faults = async (...argv: string[]) => {
    const {stdout, error} = await captureOutput(() => LocalFaults.run([...argv, '--json'], ROOT))
    return {answer: JSON.parse(stdout) as unknown, exit: error?.oclif?.exit}
  }
  const file = async (content: string) => {
    const path = join(directory, 'bad-day.json')
    await writeFile(path, content)
    return path
  }

  it('shows, sets and clears them', async () => {
    const settings = {lingering: 5000, calls: [{action: 'CreateVpc', nth: 1, when: 'after', how: 'drop'}]}
    const path = await file(JSON.stringify(settings))
    expect(await faults()).to.deep.equal({answer: {}, exit: undefined})
    expect(await faults(path)).to.deep.equal({answer: settings, exit: undefined})
    expect((await faults()).answer).to.deep.equal(settings)
    const {stdout} = await captureOutput(() => LocalFaults.run([], ROOT))
    expect(JSON.parse(stdout)).to.deep.equal(settings)
    expect((await faults('--clear')).answer).to.deep.equal({})
    expect((await faults()).answer).to.deep.equal({})
    expect(existsSync(join(directory, 'home/region')), 'a directory without a region').to.equal(false)
  })

  it('makes policies count and lets everybody do everything again, beside what else is set', async () => {
    await faults(await file('{"lingering": 1}'))
    expect((await faults('--enforce-iam')).answer).to.deep.equal({lingering: 1, enforceIam: true})
    expect((await faults('--no-enforce-iam')).answer).to.deep.equal({lingering: 1, enforceIam: false})
    expect((await faults('--enforce-iam', '--clear')).exit).to.equal(2)
  })

  it('refuses what is wrong, and those before stay', async () => {
    await faults(await file('{"lingering": 1}'))
    const refused = await faults(await file('{"lingering": 2, "quotas": {"vcpu": 5}}'))
    expect(refused.exit).to.equal(2)
    expect(refused.answer).to.have.nested.property('error.code', 'USAGE')
    expect(refused.answer).to.have.nested.property('error.message').that.contains('"quotas.vcpu" is not known here')
    const path = await file('{')
    expect((await faults(path)).exit).to.equal(2)
    expect((await faults(path, '--clear')).exit).to.equal(2)
    expect((await faults(join(directory, 'none.json'))).exit).to.equal(2)
    expect((await faults()).answer).to.deep.equal({lingering: 1})
  })

  it('shows settings in its help that can be used, in lines that need no breaking', () => {
    const lines = LocalFaults.description.split('\n')
    expect(lines.filter(line => line.length > 76 || line.startsWith(' '))).to.deep.equal([])
    const examples = LocalFaults.description.split('\n\n').flatMap(part => /^"[^]*/m.exec(part)?.[0] ?? [])
    expect(Object.keys(parseFaultSettingsText(`{${examples.join(',')}}`))).to.have.length(10)
  })
})
