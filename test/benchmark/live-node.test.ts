import {execFileSync, spawn} from 'node:child_process'
import {chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect} from 'chai'
import {fileAt, flagOf} from '../../src/benchmark/facts.js'
import {parseNode, readNodeScript} from '../../src/benchmark/live-node.js'
import {fieldOf} from '../../src/benchmark/tests.js'
import {releaseOf} from '../../src/kubernetes/releases.js'

const ABOUT = {release: releaseOf('1.36.2'), importsImages: false}

describe('what is read of a live node', () => {
  let directory: string
  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'khw-live-node-'))
  })
  after(() => {
    rmSync(directory, {recursive: true})
  })

  it('is the arguments of what runs, and the files that those name', () => {
    const config = join(directory, 'encryption.yaml')
    writeFileSync(config, 'secret: hunter2\n')
    chmodSync(config, 0o640)
    mkdirSync(join(directory, 'bin'))
    // A systemd that has one unit.
    const unit = join(directory, 'kube-apiserver.service')
    writeFileSync(unit, '')
    chmodSync(unit, 0o604)
    const systemctl = `#!/bin/sh
case "$*" in
*FragmentPath*kube-apiserver*) echo ${unit} ;;
*MainPID*kube-apiserver*) cat ${directory}/pid ;;
*MainPID*) echo 0 ;;
esac
`
    writeFileSync(join(directory, 'bin/systemctl'), systemctl, {mode: 0o755})
    // sh keeps what follows its script as arguments of its own.
    const words = [`--encryption-provider-config=${config}`, '--words=with blanks', '--last=1']
    const apiServer = spawn('sh', ['-c', 'read line', ...words], {stdio: ['pipe', 'ignore', 'ignore']})
    try {
      writeFileSync(join(directory, 'pid'), `${apiServer.pid ?? 0}\n`)
      const env = {...process.env, PATH: `${join(directory, 'bin')}:${process.env['PATH'] ?? ''}`}
      const output = execFileSync('sh', ['-c', readNodeScript('controller')], {encoding: 'utf8', env})
      expect(output).not.to.include(Buffer.from('hunter2').toString('base64').slice(0, 8))
      const facts = parseNode('controller-1', 'controller', ABOUT, output)
      expect([...facts.programs.keys()]).to.deep.equal(['kube-apiserver'])
      const {argv = [], unit: path} = facts.programs.get('kube-apiserver') ?? {}
      expect(path).to.equal(unit)
      expect(flagOf(argv, 'words')).to.equal('with blanks')
      expect(fileAt(facts, unit)).to.include({mode: 0o604, kind: 'file'})
      expect(fileAt(facts, config)).to.include({mode: 0o640})
      expect(fieldOf(facts.documents.get(config), 'secret')).to.equal('hidden')
    } finally {
      apiServer.kill()
    }
  })

  it('is understood line by line', () => {
    const argv = Buffer.from('/bin/kubelet\0--config=/c\0--x=a b\0').toString('base64')
    const text = Buffer.from('a: ü\n').toString('base64')
    const lines = [
      `program kubelet /etc/systemd/system/kubelet.service ${argv}`,
      'file 600 root:root f /c',
      'file 4755 root:adm d /etc/with blank',
      `text /c ${text}`,
    ]
    const facts = parseNode('worker-1', 'worker', ABOUT, `${lines.join('\n')}\n`)
    expect(facts.programs.get('kubelet')).to.deep.equal({
      unit: '/etc/systemd/system/kubelet.service',
      argv: ['--config=/c', '--x=a b'],
    })
    expect(fileAt(facts, '/etc/with blank')).to.deep.equal({
      path: '/etc/with blank',
      kind: 'directory',
      mode: 0o755,
      owner: 'root:adm',
    })
    expect(facts.documents.get('/c')).to.deep.equal({a: 'ü'})
    expect(flagOf(facts.programs.get('kubelet')?.argv ?? [], 'x')).to.equal('a b')
  })

  it('is refused if it is something else', () => {
    expect(() => parseNode('worker-1', 'worker', ABOUT, 'sudo: a password is required\n')).to.throw(
      /worker-1 said: sudo/,
    )
  })
})
