import {existsSync} from 'node:fs'
import {mkdtemp, readFile, rename, rm, stat, utimes, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect} from 'chai'
import {clearFaults, readFaults, writeFaults} from '../../../src/local/daemon/faults-file.js'
import {regionFiles} from '../../../src/local/daemon/region-files.js'
import {WatchedFaults} from '../../../src/local/daemon/watched-faults.js'

describe('the file with the faults of a region', () => {
  let home: {region: string}
  let parent: string
  let path: string
  let errors: unknown[]

  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'khw-faults-'))
    home = {region: join(parent, 'region')}
    path = regionFiles(home.region).faults
    errors = []
  })

  afterEach(() => rm(parent, {recursive: true}))

  const watched = () => new WatchedFaults(path, error => errors.push(error))

  it('is seen when it comes, changes and goes, and told to listeners', async () => {
    const faults = watched()
    let changes = 0
    faults.onChange(() => (changes += 1))
    expect([faults.current(), changes]).to.deep.equal([{}, 0])
    await writeFaults(home, {lingering: 1})
    const first = faults.current()
    expect([first, changes]).to.deep.equal([{lingering: 1}, 1])
    expect(faults.current(), 'the same object').to.equal(first)
    await writeFaults(home, {lingering: 2})
    expect([faults.current(), changes]).to.deep.equal([{lingering: 2}, 2])
    await clearFaults(home)
    expect([faults.current(), changes]).to.deep.equal([{}, 3])
    expect(errors).to.deep.equal([])
  })

  it('is seen when it was replaced by another of the same size and time', async () => {
    await writeFaults(home, {lingering: 1})
    const {atime, mtime} = await stat(path)
    await utimes(path, atime, mtime)
    const faults = watched()
    expect(faults.current()).to.deep.equal({lingering: 1})
    await writeFile(`${path}.new`, (await readFile(path, 'utf8')).replace('1', '2'))
    await utimes(`${path}.new`, atime, mtime)
    await rename(`${path}.new`, path)
    expect(faults.current()).to.deep.equal({lingering: 2})
  })

  it('that cannot be used is told once and changes nothing', async () => {
    await writeFaults(home, {lingering: 1})
    const faults = watched()
    faults.current()
    await writeFile(path, '{"lingering": "x"}')
    expect([faults.current(), faults.current()]).to.deep.equal([{lingering: 1}, {lingering: 1}])
    expect(errors).to.have.length(1)
    expect(String(errors[0])).to.contain('"lingering" must be a whole number')
    await writeFile(path, '{"lingering": 3}')
    expect(faults.current()).to.deep.equal({lingering: 3})
  })

  it('leaves nothing behind when it is cleared, but touches no region', async () => {
    await writeFaults(home, {lingering: 1})
    expect((await stat(path)).mode & 0o777).to.equal(0o600)
    expect(await readFaults(home)).to.deep.equal({lingering: 1})
    await clearFaults(home)
    expect(existsSync(home.region)).to.equal(false)
    await clearFaults(home)
    await writeFaults(home, {lingering: 1})
    await writeFile(regionFiles(home.region).state, '{}')
    await clearFaults(home)
    expect(existsSync(regionFiles(home.region).state)).to.equal(true)
    expect(await readFaults(home)).to.deep.equal({})
  })
})
