import {execFileSync} from 'node:child_process'
import {mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect} from 'chai'
import {KhwError, type KhwCode} from '../../src/errors.js'
import {FileSecretStore} from '../../src/pki/file-secret-store.js'
import {Journal, type JournalHeader} from '../../src/steps/engine/journal.js'
import {acquireLock} from '../../src/steps/engine/lock.js'

const header = {clusterId: 'c-1', createdAt: 'now', spec: {name: 'demo'}} as JournalHeader
const step = (padding: number) => ({
  status: 'running' as const,
  token: 'x'.repeat(padding),
  inputs: 'i',
  startedAt: 'now',
})

/** A file system of 128 KiB of its own; only root may mount one. */
const describeAsRoot = process.platform === 'linux' && process.geteuid?.() === 0 ? describe : describe.skip

describeAsRoot('state on a disk that refuses (needs root, to mount a small one)', () => {
  let mount: string
  let directory: string
  beforeEach(() => {
    mount = mkdtempSync(join(tmpdir(), 'khw-disk-'))
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=128k', 'khw-test', mount])
    directory = join(mount, 'demo')
  })
  afterEach(() => {
    execFileSync('umount', [mount])
    rmSync(mount, {recursive: true})
  })

  const failure = (work: () => unknown, code: KhwCode): KhwError => {
    try {
      work()
    } catch (error) {
      if (!(error instanceof KhwError)) throw error
      expect(error.code).to.equal(code)
      expect(error.oclif.exit).to.equal(69)
      return error
    }
    throw new Error(`expected ${code}`)
  }

  it('keeps the journal whole when the disk runs full, whatever the last write lacks', () => {
    const journal = Journal.create(directory, header)
    const recordUntilFull = (): void => {
      for (let i = 0; i < 10_000; i++) {
        const before = readFileSync(join(directory, 'journal.json'), 'utf8')
        const steps = journal.steps
        try {
          journal.record(`step-${i}`, step(97))
        } catch (error) {
          expect(readFileSync(join(directory, 'journal.json'), 'utf8')).to.equal(before)
          expect(journal.steps).to.equal(steps)
          throw error
        }
        // A short write that passes for a whole one would go on for ever.
        expect(Object.keys(Journal.open(directory).steps)).to.have.length(i + 1)
      }
    }
    const error = failure(recordUntilFull, 'DISK_FULL')
    expect(error.suggestions[0]).to.contain('run the same command again')
    expect(readdirSync(directory)).to.deep.equal(['cluster.json', 'journal.json'])
    const kept = Object.keys(Journal.open(directory).steps).length
    expect(kept).to.be.greaterThan(100)

    // Full to the last page: nothing can be begun, and what is there can be read.
    expect(() => {
      writeFileSync(join(mount, 'filler'), 'x'.repeat(200_000))
    }).to.throw(/ENOSPC/)
    failure(() => acquireLock(directory, 'khw create'), 'DISK_FULL')
    failure(() => Journal.create(join(mount, 'other'), header), 'DISK_FULL')
    expect(Object.keys(Journal.openToWrite(directory).steps)).to.have.length(kept)

    execFileSync('mount', ['-o', 'remount,size=1m', mount])
    acquireLock(directory, 'khw create').release()
    Journal.openToWrite(directory).record('step-0', step(1))
    expect(Journal.open(directory).steps['step-0']).to.deep.equal(step(1))
  })

  it('keeps secrets whole when the disk runs full', async () => {
    const secrets = new FileSecretStore(join(directory, 'secrets'))
    const key = 'k'.repeat(50_000)
    await secrets.write('ca.key', key)
    const error: unknown = await secrets.write('ca.key', 'n'.repeat(90_000)).catch((thrown: unknown) => thrown)
    expect(error).to.be.instanceOf(KhwError).with.property('code', 'DISK_FULL')
    expect(await secrets.read('ca.key')).to.equal(key)
    expect(readdirSync(join(directory, 'secrets'))).to.deep.equal(['ca.key'])
  })

  it('reads a cluster on a disk that became read-only, and says why it cannot go on', () => {
    Journal.create(directory, header).record('a', step(1))
    writeFileSync(join(directory, '.journal.json.0123456789ab'), 'half')
    const journal = Journal.open(directory)
    execFileSync('mount', ['-o', 'remount,ro', mount])
    try {
      expect(Object.keys(Journal.open(directory).steps)).to.deep.equal(['a'])
      const refusals = [
        () => acquireLock(directory, 'khw create'),
        () => Journal.openToWrite(directory),
        () => {
          journal.record('b', step(1))
        },
        () => Journal.create(join(mount, 'other'), header),
      ]
      for (const refused of refusals) expect(failure(refused, 'HOME_NOT_WRITABLE').suggestions[0]).to.match(/KHW_HOME/)
      expect(Object.keys(journal.steps)).to.deep.equal(['a'])
    } finally {
      execFileSync('mount', ['-o', 'remount,rw', mount])
    }
    Journal.openToWrite(directory).record('b', step(1))
  })
})
