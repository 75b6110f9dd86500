import {existsSync, mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect} from 'chai'
import {RotatedCluster, TOKEN_LIFE} from './rotated-cluster.js'

describe('rotating keys', function () {
  this.timeout(300_000)
  const directories: string[] = []
  let made: RotatedCluster

  /** Thousands of small writes need not outlive a loss of power. */
  const place = (): string => {
    const directory = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'khw-keys-'))
    directories.push(directory)
    return directory
  }
  const removeAll = (): void => {
    for (const directory of directories.splice(0)) rmSync(directory, {recursive: true})
  }

  before(async () => {
    made = await RotatedCluster.made(place())
    directories.splice(0)
  })
  afterEach(removeAll)
  after(() => {
    rmSync(made.directory, {recursive: true})
  })

  /** A cluster that has never seen a rotation. */
  const fresh = (): RotatedCluster => made.copyTo(place())

  const NEW = {encryption: ['key-2'], 'service-account': ['key-2']}
  const WAITING = {...NEW, 'service-account': ['key-2', 'key-1']}

  it('drops the old encryption key, and that of tokens once the last of them has ended', async () => {
    const cluster = fresh()
    await cluster.rotate()
    expect(cluster.inUse).to.deep.equal(WAITING)
    expect(cluster.storedWith).to.deep.equal(['key-2'])
    expect(cluster.rotating).to.deep.equal({'service-account': 'key-1'})
    cluster.now += TOKEN_LIFE / 2
    await cluster.rotate()
    expect(cluster.inUse, 'before they have ended').to.deep.equal(WAITING)
    cluster.now += TOKEN_LIFE / 2
    await cluster.rotate()
    expect(cluster.inUse).to.deep.equal(NEW)
    expect(cluster.rotating).to.deep.equal({})
    await cluster.rotate({revokeTokens: true})
    expect(cluster.inUse).to.deep.equal({encryption: ['key-3'], 'service-account': ['key-3']})
    expect([...cluster.broken]).to.deep.equal([])
  })

  it('rotates one key while the other waits, each on its own way', async () => {
    const cluster = fresh()
    await cluster.rotate({keys: ['service-account']})
    expect(cluster.inUse).to.deep.equal({encryption: ['key-1'], 'service-account': ['key-2', 'key-1']})
    await cluster.rotate({keys: ['encryption']})
    expect(cluster.inUse).to.deep.equal(WAITING)
    cluster.now += TOKEN_LIFE
    await cluster.rotate({keys: ['encryption']})
    expect(cluster.inUse).to.deep.equal({encryption: ['key-3'], 'service-account': ['key-2']})
    expect(cluster.rotating).to.deep.equal({})
    expect([...cluster.broken]).to.deep.equal([])
  })

  const ways: Readonly<Record<string, (cluster: RotatedCluster) => Promise<void>>> = {
    'by the same command': () => Promise.resolve(),
    'by it after a create': cluster => cluster.create(),
    'by it after the journal was lost, and a create': async cluster => {
      cluster.loseJournal()
      await cluster.create()
    },
  }
  for (const [way, before] of Object.entries(ways)) {
    it(`is finished ${way}, wherever it is killed, and no controller ever meets what it does not understand`, async () => {
      const points = new Set<string>()
      // All of them only once: it takes half a minute.
      for (let killAt = 0; ; killAt += way === 'by the same command' ? 1 : 7) {
        const cluster = fresh()
        const at = await cluster.rotate({killAt})
        points.add(at)
        await before(cluster)
        await cluster.rotate()
        const where = `${killAt}: ${at}`
        const {inUse} = cluster
        expect([...cluster.broken], where).to.deep.equal([])
        expect(cluster.drawnTwice, where).to.deep.equal([])
        expect(cluster.storedWith, where).to.deep.equal(inUse?.encryption)
        // Without the journal nobody knows which of them was asked for and not drawn yet, or was finished.
        if (!way.includes('lost')) expect(inUse, where).to.deep.equal(WAITING)
        expect(inUse?.encryption.length, where).to.equal(1)
        removeAll()
        if (at === '') break
      }
      if (way !== 'by the same command') return
      expect(points.size).to.be.greaterThan(60)
      expect([...points]).to.include.members(['encryption.key before', 'node/configure/controller-2 after'])
    })
  }
})
