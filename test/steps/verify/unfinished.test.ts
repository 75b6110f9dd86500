import {expect} from 'chai'
import type {JournalHeader} from '../../../src/steps/engine/journal.js'
import {unfinishedIn} from '../../../src/steps/verify/unfinished.js'
import {advanceRing, ensureRing, keyInUse} from '../../../src/pki/key-ring.js'
import {KEY_KINDS, type RotatedKey} from '../../../src/pki/rotated-keys.js'
import {MemorySecretStore} from '../../pki/fixtures.js'
import {sampleSpec} from '../sample-spec.js'

const NOW = Date.parse('2026-11-26T12:00:00Z')

describe('what is to be finished before a cluster is put right', () => {
  const header = {spec: sampleSpec({controllers: 1, workers: 1})} as JournalHeader
  const journal = {header, renewing: false, rotating: {}, steps: {}}
  const {name} = header.spec
  const commandsOf = async (changes: object, secrets = new MemorySecretStore()): Promise<readonly string[]> =>
    (await unfinishedIn({...journal, ...changes}, secrets, NOW)).map(({command}) => command)

  it('is nothing of one that nobody changes, and else what was begun', async () => {
    expect(await commandsOf({})).to.deep.equal([])
    expect(await commandsOf({renewing: true})).to.deep.equal([`khw certs renew ${name}`])
    expect(
      await commandsOf({renewing: true, rotating: {encryption: 'key-1'}}, await rotated('encryption')),
    ).to.deep.equal([`khw keys rotate ${name}`, `khw certs renew ${name}`])
  })

  it('is no rotation that waits for tokens to end, until they have', async () => {
    const waiting = async (until: string): Promise<readonly string[]> => {
      const steps = {'keys/tokens': {status: 'done', output: {until}}}
      return commandsOf({rotating: {'service-account': 'key-1'}, steps}, await rotated('service-account', 2))
    }
    expect(await waiting('2026-11-26T12:30:00Z')).to.deep.equal([])
    expect(await waiting('2026-11-26T11:30:00Z')).to.deep.equal([`khw keys rotate ${name}`])
  })
})

/** A store in which a key has gone on its way by so many stages: known, in use. */
async function rotated(key: RotatedKey, stages = 1): Promise<MemorySecretStore> {
  const secrets = new MemorySecretStore()
  await ensureRing(secrets, KEY_KINDS[key])
  const from = (await keyInUse(secrets, KEY_KINDS[key])).name
  for (let i = 0; i < stages; i++) await advanceRing(secrets, KEY_KINDS[key], from)
  return secrets
}
