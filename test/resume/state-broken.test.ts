import {mkdtempSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect} from 'chai'
import {homeOf, type Home} from '../../src/cluster/home.js'
import {clusterDirectory, clusterExists} from '../../src/cluster/store.js'
import {KhwError, type KhwCode} from '../../src/errors.js'
import {Journal, type JournalHeader} from '../../src/steps/engine/journal.js'
import {listClusters, unreadableClusters} from '../../src/steps/clusters/list-clusters.js'
import {sampleSpec} from '../steps/sample-spec.js'

/** Of the places where a journal may be cut off, so many are tried. */
const CUTS = 50

describe('a cluster whose journal is broken', () => {
  const spec = sampleSpec({controllers: 1, workers: 1})
  const header = {clusterId: 'c-1', createdAt: 'now', account: '123456789012', spec, expiresAt: null} as JournalHeader
  let data: string
  let home: Home
  let directory: string
  let file: string
  let whole: string

  beforeEach(() => {
    data = mkdtempSync(join(tmpdir(), 'khw-broken-'))
    home = homeOf({KHW_HOME: data, KHW_CACHE: join(data, 'cache')})
    directory = clusterDirectory(home, 'demo').path
    file = join(directory, 'journal.json')
    const journal = Journal.create(directory, header)
    journal.record('network/vpc', {status: 'running', token: 't', inputs: 'i', startedAt: 'now'})
    whole = readFileSync(file, 'utf8')
  })
  afterEach(() => {
    rmSync(data, {recursive: true})
  })

  const failure = (work: () => unknown, code: KhwCode): KhwError => {
    try {
      work()
    } catch (error) {
      if (!(error instanceof KhwError)) throw error
      expect(error.code).to.equal(code)
      return error
    }
    throw new Error(`expected ${code}`)
  }

  /** It is told, left alone, listed, and made anew only on demand; `broken` is its content, undefined if it is missing. */
  const isKept = (broken: string | undefined): void => {
    for (const open of [() => Journal.open(directory), () => Journal.openToWrite(directory)]) {
      const error = failure(open, 'JOURNAL_UNREADABLE')
      expect(error.suggestions).to.deep.equal(['khw recover demo', 'khw destroy demo'])
    }
    if (broken !== undefined) expect(readFileSync(file, 'utf8')).to.equal(broken)
    expect(clusterExists(home, 'demo')).to.equal(true)
    expect(listClusters(home)).to.deep.equal([])
    expect(unreadableClusters(home)).to.deep.equal(['demo'])

    const restored = Journal.restore(directory)
    expect(restored.header).to.deep.equal(header)
    expect(restored.steps).to.deep.equal({})
    expect(Journal.open(directory).header).to.deep.equal(header)
    const aside = readdirSync(directory).filter(name => name.startsWith('journal.json.broken-'))
    expect(aside.map(name => readFileSync(join(directory, name), 'utf8'))).to.deep.equal(
      broken === undefined ? [] : [broken],
    )
    expect(listClusters(home)).to.have.length(1)
  }

  it(`is not lost where the file is cut off, at any of ${CUTS} places`, () => {
    for (let cut = 0; cut < CUTS; cut++) {
      writeFileSync(file, whole)
      const length = Math.floor((cut * whole.length) / CUTS)
      truncateSync(file, length)
      isKept(whole.slice(0, length))
      for (const name of readdirSync(directory)) if (name.includes('.broken-')) rmSync(join(directory, name))
    }
    writeFileSync(file, whole)
    truncateSync(file, whole.length - 1)
    isKept(whole.slice(0, -1))
  })

  for (const garbage of ['', '\0'.repeat(4096), 'null', '[]', '"text"', '{"schema":1}', '<html>', '{}']) {
    it(`is not lost where the file is ${JSON.stringify(garbage.slice(0, 20))}`, () => {
      writeFileSync(file, garbage)
      isKept(garbage)
    })
  }

  it('is not lost where the file is missing', () => {
    rmSync(file)
    isKept(undefined)
  })

  it('keeps a journal that is whole', () => {
    expect(Object.keys(Journal.restore(directory).steps)).to.deep.equal(['network/vpc'])
    expect(readFileSync(file, 'utf8')).to.equal(whole)
  })

  for (const name of ['journal.json', 'cluster.json']) {
    it(`is not touched where ${name} is of a newer khw`, () => {
      const path = join(directory, name)
      const newer = readFileSync(path, 'utf8').replace(/"schema":\s*1/, '"schema": 2')
      writeFileSync(path, newer)
      for (const open of ['open', 'openToWrite', 'restore'] as const) {
        expect(failure(() => Journal[open](directory), 'JOURNAL_TOO_NEW').message).to.contain(path)
      }
      expect(readFileSync(path, 'utf8')).to.equal(newer)
      expect(unreadableClusters(home)).to.deep.equal(['demo'])
    })
  }

  it('is not touched where nothing tells what the cluster is', () => {
    writeFileSync(file, '{')
    writeFileSync(join(directory, 'cluster.json'), '{')
    expect(failure(() => Journal.restore(directory), 'JOURNAL_UNREADABLE').message).to.contain('cluster.json')
    expect(readdirSync(directory)).to.deep.equal(['cluster.json', 'journal.json'])
    expect(unreadableClusters(home)).to.deep.equal(['demo'])
  })

  it('has its record made anew from a journal that is whole', () => {
    writeFileSync(join(directory, 'cluster.json'), '{')
    Journal.openToWrite(directory)
    rmSync(file)
    isKept(undefined)
  })
})
