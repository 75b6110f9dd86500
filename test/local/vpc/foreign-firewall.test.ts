import {expect} from 'chai'
import {createRequire} from 'node:module'
import {pathToFileURL} from 'node:url'
import {run} from '../../../src/local/host/run.js'
import {unmetNeed} from './lab.js'

const MODULE = new URL('../../../src/local/vpc/foreign-firewall.ts', import.meta.url).href
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
const namespace = `khwfw-${process.pid}`

/** In a namespace of its own: this host's firewall is not for tests. */
describe("a host's own firewall", function () {
  this.timeout(30_000)
  const inside = (program: string, args: string[], input = ''): Promise<string> =>
    run('nsenter', [`--net=/run/netns/${namespace}`, program, ...args], {input})
  /** One after the other, in one process: each start of one takes seconds on a busy machine. */
  const call = (...names: readonly ('admitForwarding' | 'withdrawForwarding')[]): Promise<string> => {
    const calls = names.map(name => `await firewall.${name}({prefix: 'khw00002'})`)
    const script = [`import * as firewall from '${MODULE}'`, ...calls].join('\n')
    return inside(process.execPath, ['--import', TSX, '--input-type=module', '-e', script])
  }
  const rules = async (): Promise<string[]> =>
    (await inside('nft', ['list', 'chain', 'ip', 'filter', 'FORWARD']))
      .split('\n')
      .map(line => line.trim().replace(/packets \d+ bytes \d+ /, ''))
      .filter(line => /accept|drop$/.test(line) && !line.startsWith('type'))

  before(async function () {
    const why = unmetNeed()
    if (why !== undefined) {
      console.log(`    skipped: ${why}`)
      this.skip()
    }
    await run('ip', ['netns', 'add', namespace])
  })
  after(async () => {
    if (unmetNeed() === undefined) await run('ip', ['netns', 'del', namespace])
  })

  const table = (policy: string): string =>
    `table ip filter\ndelete table ip filter\ntable ip filter {\nchain FORWARD {\ntype filter hook forward priority 0; policy ${policy}\niifname "docker0" accept\n}\n}\n`

  it('admits the region where it drops what is forwarded, once, until it is withdrawn', async () => {
    await inside('nft', ['-f', '-'], table('drop'))
    await call('admitForwarding', 'admitForwarding')
    expect(await rules()).to.deep.equal([
      'oifname "khw00002-up*" counter accept',
      'iifname "khw00002-up*" counter accept',
      'iifname "docker0" accept',
    ])
    await call('withdrawForwarding', 'withdrawForwarding')
    expect(await rules()).to.deep.equal(['iifname "docker0" accept'])
  })

  it('is left alone where it forwards, or is not there', async () => {
    await inside('nft', ['-f', '-'], table('accept'))
    await call('admitForwarding')
    expect(await rules()).to.deep.equal(['iifname "docker0" accept'])
    await inside('nft', ['delete', 'table', 'ip', 'filter'])
    await call('admitForwarding', 'withdrawForwarding')
    expect(await inside('nft', ['list', 'ruleset'])).to.equal('')
  })
})
