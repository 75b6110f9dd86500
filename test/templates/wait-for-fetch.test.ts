import {createHash} from 'node:crypto'
import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect} from 'chai'
import type {ArtifactSet} from '../../src/artifacts/artifact.js'
import {fetchId, fetchScript} from '../../src/templates/fetch-script.js'
import {waitForFetchScript} from '../../src/templates/wait-for-fetch.js'
import {sampleCluster} from './sample-cluster.js'
import {sandbox, type Outcome, type Sandbox} from './shell.js'

describe('the script that waits for fetching', () => {
  let box: Sandbox

  beforeEach(async () => {
    box = await sandbox()
    for (const name of ['haproxy', 'conntrack', 'iptables', 'nft', 'sleep']) await box.standIn(name, 'exit 0')
    await box.standIn('apt-get', 'exit 1')
    // The unit runs while the caller waits for it to be started: then it is over.
    await box.standIn('systemctl', 'exit 3')
    await box.standIn(
      'systemd-run',
      `echo run >>${box.root}/runs; for last; do :; done; sh "$last" >/dev/null 2>&1; exit 0`,
    )
  })

  afterEach(() => box.remove())

  const state = (name: string): string => join(box.root, 'state', name)
  const runs = (): number =>
    existsSync(join(box.root, 'runs')) ? readFileSync(join(box.root, 'runs'), 'utf8').length / 4 : 0
  const inside = (script: string): string =>
    script.replaceAll('/var/lib/khw', join(box.root, 'state')).replace(/^export PATH=.*$/m, '')

  /** A program that a file of this machine holds: curl reads it as well as a server. */
  function artifacts(content = 'program'): ArtifactSet {
    writeFileSync(join(box.root, 'served'), content)
    const program = {
      name: 'program',
      version: '1',
      origin: '',
      url: `file://${join(box.root, 'served')}`,
      sha256: createHash('sha256').update('program').digest('hex'),
      install: {kind: 'binary' as const, path: join(box.root, 'usr/bin/program')},
      roles: ['worker' as const],
    }
    return {...sampleCluster('1.36').artifacts, artifacts: [program]}
  }

  function wait(set: ArtifactSet, timeoutSeconds = 60): Promise<Outcome> {
    return box.run(inside(waitForFetchScript({artifacts: set, role: 'worker', timeoutSeconds})))
  }

  it('starts fetching where the boot did not, and ends with the id of the set', async () => {
    const outcome = await wait(artifacts())
    expect(outcome).to.include({exitCode: 0, stderr: ''})
    const lines = outcome.stdout
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line))
    expect(lines.at(-1)).to.deep.equal({fetched: fetchId(artifacts(), 'worker')})
    expect(runs()).to.equal(1)
    expect(readFileSync(join(box.root, 'usr/bin/program'), 'utf8')).to.equal('program')
  })

  it('asks for nothing where all is there', async () => {
    await wait(artifacts())
    const outcome = await wait(artifacts())
    expect(outcome.stdout.trim().split('\n')).to.have.length(1)
    expect(runs()).to.equal(1)
  })

  it('puts its own fetch script in place of another', async () => {
    mkdirSync(join(box.root, 'state'))
    writeFileSync(state('fetch.sh'), 'exit 1')
    expect((await wait(artifacts())).exitCode).to.equal(0)
    expect(readFileSync(state('fetch.sh'), 'utf8')).to.equal(inside(fetchScript(artifacts(), 'worker')))
  })

  it('tries twice, then says why', async () => {
    const outcome = await wait(artifacts('something else'))
    expect(outcome.exitCode).to.equal(1)
    expect(outcome.stderr).to.match(/^program could not be fetched from file:\S+: it has the checksum/)
    expect(runs()).to.equal(2)
  })

  it('gives up waiting in time and says how far it came', async () => {
    await box.standIn('systemctl', 'exit 0')
    const outcome = await wait(artifacts(), 0)
    expect(outcome.exitCode).to.equal(1)
    expect(outcome.stderr).to.include('did not have its programs after 0 s')
  })
})
