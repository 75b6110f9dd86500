import {mkdtemp, open, readFile, rm, stat, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect} from 'chai'
import {hostNamesIn, overwrite, withHostNames, writeHostNames} from '../../../src/local/host/hosts-file.js'

const OTHERS = '127.0.0.1 localhost\n# khw00001 is a region\n198.18.4.5 other # khw00002\n'
const NAMES = [
  {address: '198.18.0.5', name: 'web.elb'},
  {address: '198.18.0.6', name: 'web.elb'},
]
const LINES = '198.18.0.5 web.elb # khw00001\n198.18.0.6 web.elb # khw00001\n'

describe('names in the host’s file', () => {
  it('come and go, and leave everything else as it was', () => {
    const there = withHostNames(OTHERS, 'khw00001', NAMES)
    expect(there).to.equal(OTHERS + LINES)
    expect(withHostNames(there, 'khw00001', NAMES)).to.equal(there)
    expect(withHostNames(there, 'khw00001', [])).to.equal(OTHERS)
    expect(withHostNames('127.0.0.1 localhost', 'khw00001', NAMES)).to.equal(`127.0.0.1 localhost\n${LINES}`)
    expect(hostNamesIn(there, 'khw00001')).to.deep.equal(LINES.trim().split('\n'))
  })

  it('are written in place, by one region after the other', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'khw-hosts-'))
    const path = join(directory, 'hosts')
    await writeFile(path, OTHERS)
    const {ino} = await stat(path)
    const regions = Array.from({length: 5}, (_, index) => `khw1000${index}`)
    await Promise.all(regions.map(prefix => writeHostNames(prefix, NAMES, path)))
    const content = await readFile(path, 'utf8')
    expect(regions.map(prefix => hostNamesIn(content, prefix).length)).to.deep.equal([2, 2, 2, 2, 2])
    await Promise.all(regions.map(prefix => writeHostNames(prefix, [], path)))
    expect([await readFile(path, 'utf8'), (await stat(path)).ino]).to.deep.equal([OTHERS, ino])
    await rm(directory, {recursive: true})
    const failure = await writeHostNames('khw00001', NAMES, path).catch((error: unknown) => error)
    expect(failure).to.be.instanceOf(Error)
  })

  it('are written to the end, however little a write takes', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'khw-hosts-'))
    const path = join(directory, 'hosts')
    await writeFile(path, OTHERS + LINES)
    const file = await open(path, 'r+')
    const slow = {
      truncate: (length?: number) => file.truncate(length),
      write: (buffer: Buffer, offset: number, length: number, position: number) =>
        file.write(buffer, offset, Math.min(length, 7), position),
    } as unknown as typeof file
    await overwrite(slow, Buffer.from(`${OTHERS}ü`))
    await file.close()
    expect(await readFile(path, 'utf8')).to.equal(`${OTHERS}ü`)
    await rm(directory, {recursive: true})
  })
})
