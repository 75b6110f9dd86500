import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect} from 'chai'
import {run} from '../../../src/local/host/run.js'
import {startDetached} from '../../../src/local/vpc/detached-process.js'
import {addNamespaces, removeNamespaces} from '../../../src/local/vpc/namespaces.js'
import {unmetNeed} from './lab.js'

describe('a process of the region that does not answer in time', () => {
  const namespace = `khwtest-${process.pid}-slow`
  let directory: string
  before(async function () {
    if (unmetNeed() !== undefined) this.skip()
    directory = mkdtempSync(join(tmpdir(), 'khw-detached-'))
    await addNamespaces([namespace])
  })
  after(async () => {
    if (unmetNeed() !== undefined) return
    await removeNamespaces([namespace])
    rmSync(directory, {recursive: true})
  })

  it('is ended, so that it does not come up later beside the next one', async () => {
    const path = (name: string): string => join(directory, name)
    const options = {
      what: 'The load balancer',
      program: 'balancer/main',
      args: [path('config'), path('health'), path('process')],
      namespace,
      processFile: path('process'),
      log: path('log'),
    }
    // Nobody writes to it: who reads it waits.
    await run('mkfifo', [path('config')])
    const error: unknown = await startDetached(options, 100).catch((caught: unknown) => caught)
    expect(error).to.include({code: 'LOCAL_DAEMON_FAILED'})
    expect(String(error)).to.include('no answer in 0.1 s')
    expect(await run('ip', ['netns', 'pids', namespace])).to.equal('')
  })
})
