import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {captureOutput} from '@oclif/test'
import {expect} from 'chai'
import AddonList from '../../../src/commands/addon/list.js'
import type {AddonsReport} from '../../../src/steps/cluster-addons.js'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))

describe('khw addon list', () => {
  const before = {...process.env}
  let directory = ''

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'khw-addon-list-'))
    Object.assign(process.env, {KHW_HOME: directory})
  })
  afterEach(() => {
    rmSync(directory, {recursive: true})
    process.env = {...before}
  })

  const run = (...argv: string[]) => captureOutput(() => AddonList.run(argv, ROOT))

  it('says without a cluster which there are, and how one comes to a new cluster', async () => {
    const {stdout, error} = await run()
    expect(error).to.be.undefined
    for (const line of stdout.split('\n')) expect(line.length, line).to.be.at.most(80)
    expect(stdout)
      .to.match(/^coredns +yes +\S/m)
      .and.match(/^metrics-server +no +\S/m)
    expect(stdout).to.contain('khw create --addon metrics-server')
    const {name, addons} = JSON.parse((await run('--json')).stdout) as AddonsReport
    expect(name).to.equal(null)
    expect(addons.map(addon => [addon.name, addon.state, addon.wanted])).to.deep.equal([
      ['coredns', 'absent', true],
      ['metrics-server', 'absent', false],
    ])
  })

  it('says that a cluster which is named is not there', async () => {
    const {stderr, stdout} = await run('lab')
    expect(stderr).to.contain('CLUSTER_NOT_FOUND')
    expect(stdout).to.equal('')
  })
})
