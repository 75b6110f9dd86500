import {spawn, spawnSync, type ChildProcess} from 'node:child_process'
import {once} from 'node:events'
import {existsSync, mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {expect} from 'chai'
import {StallingMirror} from './stalling-mirror.js'

const BIN = fileURLToPath(new URL('../../bin/run.js', import.meta.url))
const CTRL_C = '\x03'

/** The built program, waiting for a server that does not answer. */
describe('a command that is interrupted', function () {
  this.timeout(60_000)
  let directory: string
  let mirror: StallingMirror
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'khw-interrupt-'))
    mirror = await StallingMirror.open()
  })
  afterEach(() => {
    mirror.close()
    rmSync(directory, {recursive: true})
  })

  const environment = (): NodeJS.ProcessEnv => ({
    PATH: process.env['PATH'],
    TERM: 'xterm',
    KHW_HOME: join(directory, 'home'),
    KHW_CACHE: join(directory, 'cache'),
    AWS_ENDPOINT_URL: mirror.url,
    AWS_ACCESS_KEY_ID: 'a',
    AWS_SECRET_ACCESS_KEY: 's',
    AWS_EC2_METADATA_DISABLED: 'true',
  })
  const create = (provider: 'aws' | 'local'): string[] => [
    ...[process.execPath, BIN, 'create', '--yes', '--name', 'demo', '--provider', provider, '--mirror', mirror.url],
    ...['--kubernetes-version', '1.36.2', '--allow-cidr', '203.0.113.7', '--controllers', '1', '--workers', '1'],
  ]

  /** What a process has printed so far; `until` waits for something in it. */
  const follow = (child: ChildProcess) => {
    let text = ''
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (part: Buffer) => (text += part.toString()))
    return {
      text: () => text,
      until: async (part: string) => {
        while (!text.includes(part)) {
          if (child.exitCode !== null) throw new Error(`it ended without ${JSON.stringify(part)}:\n${text}`)
          await new Promise(resolve => setTimeout(resolve, 20))
        }
      },
    }
  }

  const onTerminal = (command: readonly string[]): ChildProcess => {
    const after = 'echo "code=$?"; stty -a'
    // The shell is hit by Ctrl-C as well, and shall go on.
    const line = `trap : INT; ${command.map(word => `'${word}'`).join(' ')}; ${after}`
    return spawn('script', ['--quiet', '--command', line, '/dev/null'], {env: environment()})
  }

  /** Prompt at the beginning of a line, cursor shown, terminal neither raw nor mute. */
  const isClean = (screen: string): void => {
    expect(screen).to.match(/(^|\n)(\x1b\[[0-9;?]*[a-zA-Z])*code=130\r?\n/)
    expect(screen.lastIndexOf('\x1b[?25h')).to.be.at.least(screen.lastIndexOf('\x1b[?25l'))
    expect(screen)
      .to.match(/ icanon/)
      .and.match(/ echo /)
  }

  it('stops at Ctrl-C, says how to go on, and leaves the terminal clean', async function () {
    if (spawnSync('script', ['--version']).status !== 0) this.skip()
    const child = onTerminal(create('local'))
    const output = follow(child)
    // The display is drawn: it hides the cursor.
    await output.until('\x1b[?25l')
    await mirror.waiting
    child.stdin?.write(CTRL_C)
    await once(child, 'close')
    isClean(output.text())
    expect(output.text()).to.contain('Nothing was created.').and.to.contain('khw create --name demo')
    expect(output.text()).not.to.contain('What was made is still there')
    expect(existsSync(join(directory, 'home', 'clusters', 'demo', 'lock'))).to.equal(false)
  })

  it('stops at once at the second Ctrl-C, and the next command goes on', async function () {
    if (spawnSync('script', ['--version']).status !== 0) this.skip()
    const child = onTerminal(create('aws'))
    const output = follow(child)
    await mirror.waiting
    // At the very moment it says so: what is in flight here is finished soon.
    child.stdout?.on('data', (text: Buffer) => {
      if (text.includes('Ctrl-C again stops at once')) child.stdin?.write(CTRL_C)
    })
    child.stdin?.write(CTRL_C)
    await output.until('Ctrl-C again stops at once')
    await once(child, 'close')
    isClean(output.text())
    expect(output.text()).to.contain('To go on: khw create --name demo')
  })

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    it(`takes ${signal} for a Ctrl-C where there is no terminal`, async () => {
      const [program = '', ...args] = create('local')
      const child = spawn(program, args, {env: environment()})
      const output = follow(child)
      const closed = once(child, 'close')
      await mirror.waiting
      child.kill(signal)
      expect(await closed, output.text()).to.deep.equal([130, null])
      expect(output.text()).to.contain('khw create --name demo').and.not.contain('\x1b[?25l')
      expect(output.text().endsWith('\n')).to.equal(true)
    })
  }
})
