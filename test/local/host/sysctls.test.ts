import {mkdir, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect} from 'chai'
import {raiseLimits} from '../../../src/local/host/sysctls.js'

describe('kernel limits', () => {
  it('are raised once, never lowered, and what changed is told', async () => {
    const root = await mkdtemp(join(tmpdir(), 'khw-sysctl-'))
    const file = join(root, 'fs/inotify/max_user_instances')
    await mkdir(join(root, 'fs/inotify'), {recursive: true})
    await writeFile(file, '128\n')
    expect(await raiseLimits(root)).to.deep.equal([{name: 'fs.inotify.max_user_instances', from: 128, to: 8192}])
    expect(await readFile(file, 'utf8')).to.equal('8192\n')
    expect(await raiseLimits(root)).to.deep.equal([])
    await writeFile(file, '65536\n')
    expect(await raiseLimits(root)).to.deep.equal([])
    await rm(root, {recursive: true})
  })
})
