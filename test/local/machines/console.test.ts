import {appendFile, mkdtemp, rm, stat} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect} from 'chai'
import {capConsole, CONSOLE_BYTES, readConsole} from '../../../src/local/machines/console.js'

describe("a machine's console", () => {
  it('is read from its end, and forgotten from its start when it is long', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'khw-console-'))
    const path = join(directory, 'console.log')
    expect(await readConsole(path)).to.equal('')
    await capConsole(path)
    await appendFile(path, 'short\n')
    await capConsole(path)
    expect(await readConsole(path)).to.equal('short\n')
    await appendFile(path, 'x'.repeat(2 * 1024 * 1024))
    await appendFile(path, 'the end\n')
    await capConsole(path)
    expect((await stat(path)).size).to.equal(CONSOLE_BYTES)
    expect(await readConsole(path)).to.match(/x{100}the end\n$/)
    await rm(directory, {recursive: true})
  })
})
