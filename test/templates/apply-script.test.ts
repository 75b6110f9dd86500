import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect} from 'chai'
import {tarOf} from '../../src/tar.js'
import {applyScript} from '../../src/templates/apply-script.js'
import type {NodeBundle, NodeFile} from '../../src/templates/bundle.js'
import {sandbox, type Sandbox} from './shell.js'

const file = (path: string, content: string, mode = 0o600): NodeFile => ({path, content, mode, owner: 'root'})

function bundle(config: string, more: Partial<Record<'unit' | 'other' | 'extra', string>> = {}): NodeBundle {
  return {
    files: [
      file('/etc/a/config', config),
      file('/etc/a/secret', 'top secret'),
      file('/etc/systemd/system/a.service', more.unit ?? '[Service]\n'),
      file('/etc/systemd/system/b.service', more.other ?? '[Service]\n'),
      ...(more.extra === undefined ? [] : [file('/etc/extra', more.extra, 0o644)]),
    ],
    units: [
      {name: 'a.service', inputs: ['/etc/a/config'], startNow: true},
      {name: 'b.service', inputs: ['/etc/a/secret'], startNow: false},
    ],
  }
}

describe('the apply script', function () {
  let box: Sandbox

  before(function () {
    // It gives files to root, which only root may. CI runs as root and must not pass by skipping.
    if (process.getuid?.() !== 0 && process.env['CI'] !== 'true') this.skip()
  })

  beforeEach(async () => {
    box = await sandbox()
    // Active units are files in `active`; every call is noted.
    mkdirSync(join(box.root, 'active'))
    await box.standIn(
      'systemctl',
      `echo "$*" >>${box.root}/calls
case $1 in
is-active) if [ -e ${box.root}/active/$2 ]; then echo active; else echo inactive; exit 3; fi ;;
start) shift 2; for unit; do : >${box.root}/active/$unit; done ;;
esac`,
    )
  })

  afterEach(() => box.remove())

  const inside = (path: string): string => join(box.root, path)
  const calls = (): string[] =>
    existsSync(inside('calls'))
      ? readFileSync(inside('calls'), 'utf8')
          .trim()
          .split('\n')
          .filter(call => !call.startsWith('is-active'))
      : []

  const scriptOf = (what: NodeBundle): string =>
    applyScript(what).replaceAll('/etc/', `${box.root}/etc/`).replaceAll('/var/lib/khw', `${box.root}/state`)

  /** Runs it with the sandbox as root of the file system; resolves with the JSON lines. */
  async function apply(
    what: NodeBundle,
    spoil: (files: readonly NodeFile[]) => readonly NodeFile[] = files => files,
  ): Promise<unknown[]> {
    const tar = await tarOf(
      spoil(what.files).map(each => ({
        kind: 'file',
        name: `${box.root}${each.path}`.slice(1),
        mode: each.mode,
        content: Buffer.from(each.content),
      })),
    )
    rmSync(inside('calls'), {force: true})
    const outcome = await box.run(scriptOf(what), tar)
    if (outcome.exitCode !== 0) throw new Error(outcome.stderr)
    return outcome.stdout
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line.replaceAll(box.root, '')))
  }

  it('writes everything, starts what is to start, and does nothing the second time', async () => {
    expect(await apply(bundle('one'))).to.deep.equal([
      {changed: '/etc/a/config'},
      {changed: '/etc/a/secret'},
      {changed: '/etc/systemd/system/a.service'},
      {changed: '/etc/systemd/system/b.service'},
      {started: 'a.service'},
      {applied: true},
    ])
    expect(calls()).to.deep.equal([
      'daemon-reload',
      'enable -q --no-reload a.service b.service',
      'start --no-block a.service',
    ])
    expect(statSync(inside('etc/a/secret')).mode & 0o777).to.equal(0o600)
    expect(await apply(bundle('one'))).to.deep.equal([{applied: true}])
    expect(calls()).to.deep.equal([])
  })

  it('restarts only the unit whose input changed', async () => {
    await apply(bundle('one'))
    writeFileSync(inside('active/b.service'), '')
    expect(await apply(bundle('two'))).to.deep.equal([
      {changed: '/etc/a/config'},
      {restarted: 'a.service'},
      {applied: true},
    ])
    expect(calls()).to.deep.equal(['restart --no-block a.service'])
    expect(readFileSync(inside('etc/a/config'), 'utf8')).to.equal('two')
  })

  it('restarts what comes last first, as it needs the others until it has ended', async () => {
    await apply(bundle('one'))
    writeFileSync(inside('active/b.service'), '')
    const changed = await apply(bundle('one', {unit: '[Service]\nUser=etcd\n', other: '[Service]\nUser=etcd\n'}))
    expect(changed.slice(-3)).to.deep.equal([{restarted: 'b.service'}, {restarted: 'a.service'}, {applied: true}])
    expect(calls().at(-1)).to.equal('restart --no-block b.service a.service')
  })

  it('reloads systemd and restarts when a unit file changed', async () => {
    await apply(bundle('one'))
    expect(await apply(bundle('one', {unit: '[Service]\nUser=etcd\n'}))).to.deep.include({restarted: 'a.service'})
    expect(calls()[0]).to.equal('daemon-reload')
  })

  it('makes good what a run that was killed left undone', async () => {
    await apply(bundle('one'))
    // Killed after the file was replaced, before the restart: the file is right, the unit still runs with the old one.
    writeFileSync(inside('etc/a/config'), 'two')
    mkdirSync(inside('state/stage.killed'))
    expect(await apply(bundle('two'))).to.deep.equal([{restarted: 'a.service'}, {applied: true}])
    expect(existsSync(inside('state/stage.killed'))).to.equal(false)
  })

  it('does not wait for one whose input stopped on a dead line', async () => {
    const stuck = spawn('sh', ['-c', scriptOf(bundle('one'))], {stdio: ['pipe', 'ignore', 'ignore']})
    const stages = (): string[] =>
      existsSync(inside('state')) ? readdirSync(inside('state')).filter(name => name.startsWith('stage.')) : []
    while (stages().length === 0 && stuck.exitCode === null) await new Promise(resolve => setTimeout(resolve, 10))
    expect((await apply(bundle('one'))).at(-1)).to.deep.equal({applied: true})
    expect(stages()).to.deep.equal([`stage.${stuck.pid ?? 0}`])
    stuck.stdin.end()
    await once(stuck, 'exit')
    expect(stuck.exitCode).to.not.equal(0)
    expect(stages()).to.deep.equal([])
  })

  it('leaves a unit that starts later alone, and does not restart it for what it was started with', async () => {
    await apply(bundle('one'))
    expect(existsSync(inside('active/b.service'))).to.equal(false)
    writeFileSync(inside('active/b.service'), '')
    expect(await apply(bundle('one'))).to.deep.equal([{applied: true}])
  })

  it('mends a mode that was changed', async () => {
    await apply(bundle('one'))
    chmodSync(inside('etc/a/secret'), 0o644)
    expect(await apply(bundle('one'))).to.deep.include({changed: '/etc/a/secret'})
    expect(statSync(inside('etc/a/secret')).mode & 0o777).to.equal(0o600)
  })

  it('removes what an earlier bundle had, and nothing else', async () => {
    await apply(bundle('one', {extra: 'x'}))
    writeFileSync(inside('etc/foreign'), '')
    expect(await apply(bundle('one'))).to.deep.equal([{removed: '/etc/extra'}, {applied: true}])
    expect(existsSync(inside('etc/foreign'))).to.equal(true)
  })

  it('refuses what arrived damaged and leaves the old file', async () => {
    await apply(bundle('one'))
    const damaged = (files: readonly NodeFile[]): NodeFile[] =>
      files.map(each => ({...each, content: `${each.content}!`}))
    let message = ''
    try {
      await apply(bundle('two'), damaged)
    } catch (error) {
      message = String(error)
    }
    expect(message).to.include('/etc/a/config arrived damaged')
    expect(readFileSync(inside('etc/a/config'), 'utf8')).to.equal('one')
  })

  it('holds no secret itself', () => {
    expect(applyScript(bundle('one'))).not.to.include('top secret')
  })

  it('reloads a unit that can take its inputs up so, and restarts it for another unit file alone', async () => {
    const of = (config: string, unit: string): NodeBundle => ({
      files: [file('/etc/a/config', config, 0o600), file('/etc/systemd/system/a.service', unit, 0o600)],
      units: [{name: 'a.service', inputs: ['/etc/a/config'], reloads: true, startNow: true}],
    })
    await apply(of('1', 'u'))
    expect(await apply(of('2', 'u'))).to.deep.equal([
      {changed: '/etc/a/config'},
      {reloaded: 'a.service'},
      {applied: true},
    ])
    expect(calls().at(-1)).to.equal('reload --no-block a.service')
    expect(await apply(of('2', 'u'))).to.deep.equal([{applied: true}])
    expect((await apply(of('3', 'v'))).slice(-2)).to.deep.equal([{restarted: 'a.service'}, {applied: true}])
    expect(calls().at(-1)).to.equal('restart --no-block a.service')
  })
})
