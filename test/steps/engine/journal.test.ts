import {existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {expect} from 'chai'
import {KhwError} from '../../../src/errors.js'
import {inputsDigest, Journal, type JournalHeader} from '../../../src/steps/engine/journal.js'

describe('journal', () => {
  let directory: string
  let file: string
  beforeEach(() => {
    directory = join(mkdtempSync(join(tmpdir(), 'khw-journal-')), 'demo')
    file = join(directory, 'journal.json')
  })
  afterEach(() => {
    rmSync(join(directory, '..'), {recursive: true})
  })

  const header = {clusterId: 'c-1', createdAt: 'now'} as JournalHeader

  it('is private to its user, whatever the umask', () => {
    const umask = process.umask(0)
    try {
      Journal.create(directory, header).record('a/b.c', {status: 'running', token: 't', inputs: 'i', startedAt: 's'})
    } finally {
      process.umask(umask)
    }
    expect(statSync(directory).mode & 0o777).to.equal(0o700)
    expect(statSync(file).mode & 0o777).to.equal(0o600)
  })

  it('keeps step ids with dots and slashes whole', () => {
    Journal.create(directory, header).record('a/b.c', {status: 'running', token: 't', inputs: 'i', startedAt: 's'})
    expect(Object.keys(Journal.open(directory).steps)).to.deep.equal(['a/b.c'])
    expect(Journal.open(directory).header).to.deep.equal(header)
  })

  for (const garbage of ['', '{', 'null', '{"schema":1}', '[]']) {
    it(`refuses ${JSON.stringify(garbage)} and leaves it as it is`, () => {
      Journal.create(directory, header)
      writeFileSync(file, garbage)
      expect(() => Journal.open(directory)).to.throw(KhwError, /cannot be read/)
      expect(readFileSync(file, 'utf8')).to.equal(garbage)
    })
  }

  it('refuses a newer journal', () => {
    Journal.create(directory, header)
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replace('"schema": 1', '"schema": 2').replace('"schema":\t1', '"schema":2'),
    )
    expect(() => Journal.open(directory)).to.throw(KhwError, /newer khw/)
  })

  it('sweeps the copies that killed writers left behind', () => {
    Journal.create(directory, header)
    const copies = ['.journal.json.0123456789ab', '.cluster.json.0123456789ab']
    const secret = join(directory, 'secrets', 'pki', '.ca.key.0123456789ab')
    mkdirSync(dirname(secret), {recursive: true})
    writeFileSync(secret, 'half a key')
    for (const copy of copies) writeFileSync(join(directory, copy), 'half')
    // A reader leaves the copy of a writer that may be at work alone.
    Journal.open(directory)
    expect(readdirSync(directory)).to.include.members(copies)
    Journal.openToWrite(directory)
    expect(readdirSync(directory)).to.deep.equal(['cluster.json', 'journal.json', 'secrets'])
    expect(existsSync(secret)).to.equal(false)
  })

  it('freezes what the cluster is beside the journal, and never writes that again', () => {
    const journal = Journal.create(directory, header)
    const before = statSync(join(directory, 'cluster.json'))
    expect(before.mode & 0o777).to.equal(0o600)
    journal.record('a', {status: 'running', token: 't', inputs: 'i', startedAt: 's'})
    journal.setIntent('destroy')
    journal.setComplete(true)
    Journal.openToWrite(directory)
    const {ino, mtimeMs} = statSync(join(directory, 'cluster.json'))
    expect({ino, mtimeMs}).to.deep.equal({ino: before.ino, mtimeMs: before.mtimeMs})
  })

  it('freezes it for a cluster of an earlier version too', () => {
    Journal.create(directory, header)
    rmSync(join(directory, 'cluster.json'))
    Journal.openToWrite(directory)
    rmSync(file)
    expect(Journal.restore(directory).header).to.deep.equal(header)
  })

  it('brings it up to date after a writer that was killed between the two', () => {
    const [before, after] = ['2026-11-26T08:00:00.000Z', '2026-11-27T08:00:00.000Z']
    const journal = Journal.create(directory, {...header, expiresAt: before})
    const copy = readFileSync(join(directory, 'cluster.json'))
    journal.beginExtension(after)
    journal.finishExtension()
    writeFileSync(join(directory, 'cluster.json'), copy)
    Journal.openToWrite(directory)
    rmSync(file)
    expect(Journal.restore(directory).header).to.include({expiresAt: after, firstExpiresAt: before})
  })

  it('tells a reader what is on the disk when it opens, and a writer what it has written', () => {
    const journal = Journal.create(directory, header)
    const early = journal.steps
    journal.record('a', {status: 'running', token: 't', inputs: 'i', startedAt: 's'})
    expect(Object.keys(early)).to.deep.equal([])
    expect(Object.keys(journal.steps)).to.deep.equal(['a'])
    expect(Journal.open(directory).steps).to.deep.equal(journal.steps)
  })

  it('knows which keys are being rotated, each until it is done', () => {
    const journal = Journal.create(directory, header)
    journal.beginRotation({encryption: 'key-1'})
    journal.beginRotation({'service-account': 'key-4'})
    expect(Journal.open(directory).rotating).to.deep.equal({encryption: 'key-1', 'service-account': 'key-4'})
    journal.finishRotation('encryption')
    journal.finishRotation('encryption')
    expect(Journal.open(directory).rotating).to.deep.equal({'service-account': 'key-4'})
    journal.finishRotation('service-account')
    expect(Journal.open(directory).rotating).to.deep.equal({})
  })

  it('digests inputs by value, not by key order', () => {
    expect(inputsDigest({a: 1, b: [2, {c: null}]})).to.equal(inputsDigest({b: [2, {c: null}], a: 1}))
    expect(inputsDigest({a: 1})).not.to.equal(inputsDigest({a: '1'}))
  })
})
