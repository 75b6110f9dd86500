import {spawn, type ChildProcess} from 'node:child_process'
import {once} from 'node:events'
import {mkdtempSync, readdirSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {fileURLToPath} from 'node:url'
import {expect} from 'chai'

const ROUNDS = 200
const BUILT = new URL('../../dist/steps/engine/lock.js', import.meta.url).href
const HOLDER = fileURLToPath(new URL('state-lock-holder.mjs', import.meta.url))

describe('two processes that want one lock', function () {
  this.timeout(120_000)
  let directory: string
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'khw-contend-'))
  })
  afterEach(() => {
    rmSync(directory, {recursive: true})
  })

  const contend = (rounds: number): ChildProcess =>
    spawn(process.execPath, [HOLDER, BUILT, directory, String(rounds)], {stdio: ['ignore', 'pipe', 'pipe']})

  const end = async (child: ChildProcess): Promise<{code: number | null; stdout: string; stderr: string}> => {
    let [stdout, stderr] = ['', '']
    child.stdout?.on('data', (text: Buffer) => (stdout += text.toString()))
    child.stderr?.on('data', (text: Buffer) => (stderr += text.toString()))
    const [code] = (await once(child, 'close')) as [number | null]
    return {code, stdout, stderr}
  }

  it(`are never inside both, in ${ROUNDS} rounds each`, async () => {
    const ends = await Promise.all([end(contend(ROUNDS)), end(contend(ROUNDS))])
    for (const {code, stderr} of ends) expect(code, stderr).to.equal(0)
    const refused = ends.map(({stdout}) => (JSON.parse(stdout) as {refused: number}).refused)
    // Else they ran one after the other, and this test has shown nothing.
    expect(Math.max(...refused)).to.be.greaterThan(0)
    expect(readdirSync(directory)).to.deep.equal([])
  })

  it('go on when others are killed, inside or while they take over', async () => {
    const survivors = [end(contend(ROUNDS)), end(contend(ROUNDS))]
    for (let i = 0; i < 10; i++) {
      const victim = contend(Number.MAX_SAFE_INTEGER)
      const victimEnd = end(victim)
      await sleep(200 + Math.random() * 200)
      victim.kill('SIGKILL')
      const {code, stderr} = await victimEnd
      expect(code, stderr).to.equal(null)
    }
    for (const {code, stderr} of await Promise.all(survivors)) expect(code, stderr).to.equal(0)
    // One that was killed before it had filled its file is told from one that is about to by the time that has passed.
    await sleep(5_500)
    // A holder that died after the survivors had ended is found by the next.
    expect((await end(contend(1))).code).to.equal(0)
    expect(readdirSync(directory)).to.deep.equal([])
  })
})
