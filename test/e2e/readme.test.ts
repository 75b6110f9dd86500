import {execFile} from 'node:child_process'
import {mkdirSync, readFileSync, rmSync, symlinkSync, mkdtempSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {expect} from 'chai'
import {skipUnlessMachines} from './can-run.js'
import {leftOnHost, prefixOf} from './host.js'
import {Khw} from './khw.js'
import {kubectlProgram} from './kubectl.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Commands of the README's fenced blocks by the language the fence names; lines that end with a backslash go on. */
function commands(language: string): readonly string[] {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')
  const blocks = [...readme.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)]
  return blocks.flatMap(([, info, text = '']) => (info === language ? text.trim().split('\n') : []))
}

describe('README', function () {
  this.timeout(20 * 60_000)
  const khw = new Khw()
  let prefix = ''
  const bin = mkdtempSync(join(tmpdir(), 'khw-readme-bin-'))

  before(function () {
    skipUnlessMachines(this)
  })
  after(async () => {
    await khw.close()
    rmSync(bin, {recursive: true})
  })

  /** As a user would, in a shell at the root of the checkout, with khw and kubectl on the PATH. */
  const shell = (command: string, env: NodeJS.ProcessEnv = {}): Promise<{code: number; output: string}> =>
    new Promise(resolve => {
      const whole = {...process.env, KHW_HOME: khw.home, PATH: `${bin}:${process.env['PATH'] ?? ''}`, ...env}
      const child = execFile(
        'bash',
        ['-c', command],
        {cwd: ROOT, env: whole, maxBuffer: 2 ** 26},
        (error, stdout, stderr) => {
          resolve({code: error ? Number(error.code ?? 1) : 0, output: stdout + stderr})
        },
      )
      child.stdin?.end()
    })

  it('names the commands that this test and the checks run', () => {
    expect(commands('sh test')).to.deep.equal(['npm ci && npm test'])
    expect(readFileSync(join(ROOT, '.ci/run'), 'utf8').split('\n')).to.include('npm ci && npm test')
    expect(commands('sh').length).to.be.greaterThan(5)
    expect(commands('sh aws').length).to.be.greaterThan(1)
  })

  for (const command of commands('sh')) {
    it(`keeps its word: ${command}`, async () => {
      mkdirSync(bin, {recursive: true})
      // The checkout is installed already: this very test runs from it.
      const {code, output} = await shell(command.replace(/^npm ci && /, ''))
      expect(code, output).to.equal(0)
      if (command.includes('create')) {
        prefix = prefixOf(khw.home)
        symlinkSync(join(ROOT, 'bin/run.js'), join(bin, 'khw'))
        symlinkSync(kubectlProgram(khw, 'hard-way'), join(bin, 'kubectl'))
      }
      if (command.includes('get nodes')) expect(output.match(/ Ready /g)).to.have.length(3)
    })
  }

  it('leaves nothing behind', () => {
    expect(prefix).to.match(/^khw/)
    expect(leftOnHost(prefix, khw.home)).to.deep.equal([])
  })

  for (const command of commands('sh aws')) {
    it(`asks for credentials where there are none: ${command}`, async () => {
      const none = {
        AWS_ACCESS_KEY_ID: '',
        AWS_SECRET_ACCESS_KEY: '',
        AWS_PROFILE: '',
        AWS_CONFIG_FILE: '/nonexistent',
        AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
        AWS_EC2_METADATA_DISABLED: 'true',
      }
      const {code, output} = await shell(command, none)
      expect(code, output).not.to.equal(0)
      expect(output).to.match(/Try this:|--yes|Give credentials/)
    })
  }
})
