import {createHash} from 'node:crypto'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect} from 'chai'
import {KhwError, type KhwCode} from '../../src/errors.js'
import {sharedSignal} from '../../src/artifacts/net/shared-signal.js'
import type {Network} from '../../src/artifacts/net/network.js'

export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}

/** A directory for the tests of the surrounding `describe`, new for each test. */
export function scratch(): () => string {
  let directory = ''
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'khw-artifacts-'))
  })
  afterEach(() => {
    rmSync(directory, {recursive: true, force: true})
  })
  return () => directory
}

export function network(overrides: Partial<Network> = {}): Network {
  return {proxy: {except: []}, signal: sharedSignal(new AbortController().signal), retryDelays: [1, 1], ...overrides}
}

/** Expects a KhwError of this code and returns it. */
export async function failure(work: Promise<unknown>, code: KhwCode): Promise<KhwError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof KhwError)) throw new Error(`expected ${code}, got ${String(error)}`, {cause: error})
  expect(error.code).to.equal(code)
  expect(error.suggestions).to.not.be.empty
  return error
}
