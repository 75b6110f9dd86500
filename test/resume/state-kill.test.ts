import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {mkdtempSync, readdirSync, rmSync, statSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {fileURLToPath} from 'node:url'
import {expect} from 'chai'
import {Journal, type JournalHeader} from '../../src/steps/engine/journal.js'

const KILLS = 1_000
/** Each writes its own journal. */
const WRITERS = 4
/** The built program: it starts in a tenth of the time. */
const BUILT = new URL('../../dist/steps/engine/journal.js', import.meta.url).href
const WRITER = fileURLToPath(new URL('state-writer.mjs', import.meta.url))

describe('a writer of the journal that is killed', () => {
  let parent: string
  before(() => {
    parent = mkdtempSync(join(tmpdir(), 'khw-kill-'))
  })
  after(() => {
    rmSync(parent, {recursive: true})
  })

  /** Highest serial on the disk. */
  const recorded = (journal: Journal): number =>
    Math.max(
      0,
      ...Object.values(journal.steps).map(step =>
        step.status === 'done' ? (step.output as {serial: number}).serial : NaN,
      ),
    )

  /** Writes, is killed at a random moment of its writing, and what it told is compared with what is there. */
  const killOnce = async (directory: string): Promise<{acknowledged: number; copies: number}> => {
    const before = recorded(Journal.open(directory))
    const child = spawn(process.execPath, [WRITER, BUILT, directory], {stdio: ['ignore', 'pipe', 'inherit']})
    let told = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (told = (told + text).slice(-64)))
    const closed = once(child, 'close')
    await Promise.race([once(child.stdout, 'data'), closed])
    await sleep(Math.random() * 30)
    child.kill('SIGKILL')
    await closed
    expect(child.signalCode, 'it was killed while it wrote').to.equal('SIGKILL')
    const acknowledged = Number(told.split('\n').at(-2))
    expect(acknowledged).to.be.greaterThan(before)

    const file = join(directory, 'journal.json')
    expect(statSync(file).mode & 0o777).to.equal(0o600)
    const found = recorded(Journal.open(directory))
    // One more at most: it was killed between writing and telling.
    expect(found - acknowledged).to.be.oneOf([0, 1])
    const copies = readdirSync(directory).length - 2
    Journal.openToWrite(directory)
    expect(readdirSync(directory)).to.deep.equal(['cluster.json', 'journal.json'])
    return {acknowledged, copies}
  }

  it(`loses nothing that it said was written, ${KILLS} times`, async function () {
    this.timeout(1_800_000)
    let left = KILLS
    let copies = 0
    const line = async (number: number): Promise<void> => {
      const directory = join(parent, String(number))
      Journal.create(directory, {clusterId: `c-${number}`, createdAt: 'now'} as JournalHeader)
      while (left-- > 0) copies += (await killOnce(directory)).copies
      expect(Journal.open(directory).header.clusterId).to.equal(`c-${number}`)
    }
    await Promise.all(Array.from({length: WRITERS}, (_, number) => line(number)))
    // Else none of them was killed in the middle of a write, and this test has shown nothing.
    expect(copies).to.be.greaterThan(0)
  })
})
