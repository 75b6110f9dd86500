import {mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect} from 'chai'
import {homeOf} from '../../src/cluster/home.js'
import {chooseCluster, clusterExists, clusterNames, removeCluster} from '../../src/cluster/store.js'

describe('the clusters of a home', () => {
  let data: string
  beforeEach(() => {
    data = mkdtempSync(join(tmpdir(), 'khw-store-'))
  })
  afterEach(() => {
    rmSync(data, {recursive: true})
  })

  const home = () => homeOf({KHW_HOME: data, KHW_CACHE: join(data, 'cache')})
  const make = (name: string, ...files: readonly string[]): void => {
    const path = join(home().clusters, name)
    mkdirSync(path, {recursive: true})
    for (const file of files) writeFileSync(join(path, file), '')
  }

  it('are those that have either of their two files', () => {
    make('both', 'journal.json', 'cluster.json')
    make('no-record', 'journal.json')
    make('no-journal', 'cluster.json')
    make('refused', 'lock')
    expect(clusterNames(home())).to.deep.equal(['both', 'no-journal', 'no-record'])
    expect(clusterExists(home(), 'no-journal')).to.equal(true)
    expect(clusterExists(home(), 'refused')).to.equal(false)
  })

  it('are forgotten at once, with what a kill has left of others', async () => {
    make('demo', 'journal.json', 'cluster.json', 'lock')
    make('other', 'journal.json')
    make('.removed-earlier-0123abcd', 'journal.json')
    expect(clusterNames(home())).to.deep.equal(['demo', 'other'])
    await removeCluster(chooseCluster(home(), 'demo'))
    expect(readdirSync(home().clusters)).to.deep.equal(['other'])
  })
})
