import {longestTokenLife, mintAnew, storedTokens} from '../../kubernetes/service-account-tokens.js'
import {keyInUse} from '../../pki/key-ring.js'
import {keyIdOf} from '../../pki/keys.js'
import {SKEW} from '../../pki/lifetime.js'
import {SERVICE_ACCOUNT_KEYS} from '../../pki/pki.js'
import type {Addresses} from '../compute/addresses.js'
import {defineStep, type Step} from '../engine/step.js'
import {waitUntil} from '../engine/wait-until.js'

type TokensNeeds = {readonly addresses: Addresses}

/** `until`: ISO 8601, when the last token has ended that a pod may hold of the key that is on its way out. */
export type Tokens = Step<{minted: number; until: string}, TokensNeeds>

export const TOKENS_STEP = 'keys/tokens'

/**
 * Has the tokens signed anew that never end, those in Secrets, and tells when those of pods have ended: kubelets ask for
 * the next by themselves, and from now on every API server signs with the new key.
 */
export function tokens(needs: TokensNeeds, after: readonly Step[]): Tokens {
  return defineStep<{minted: number; until: string}, TokensNeeds>({
    id: TOKENS_STEP,
    phase: 'verify',
    title: 'Sign tokens in Secrets with the new key',
    needs,
    after,

    edition: ({keys}) => keys?.['service-account']?.join(),

    async create({spec, secrets, kubernetes, clock, signal, progress}, {addresses}) {
      const keyId = keyIdOf((await keyInUse(secrets, SERVICE_ACCOUNT_KEYS)).text)
      const since = clock.now()
      const api = await kubernetes(addresses.publicIps, 'admin')
      const minted = new Set<string>()
      const none = async (): Promise<true> => {
        const stored = await storedTokens(api)
        for (const token of stored.filter(each => each.keyId !== undefined && each.keyId !== keyId)) {
          signal.throwIfAborted()
          await mintAnew(api, token)
          minted.add(token.path)
          progress(`${minted.size} signed anew`)
        }
        // One that has had no token before is somebody else's to wait for.
        const waiting = stored
          .filter(each => (each.keyId === undefined ? minted.has(each.path) : each.keyId !== keyId))
          .map(({path}) => path)
        if (waiting.length === 0) return true
        throw new Error(`not yet: ${waiting.join(', ')}`)
      }
      await waitUntil(none, {
        what: 'the controller manager to sign every token that is in a Secret',
        budget: 300_000,
        every: 500,
        slowest: 2_000,
        signal,
        suggestions: [
          `See what it says: khw ssh controller-1 --name ${spec.name} -- sudo journalctl -u kube-controller-manager -n 50`,
        ],
      })
      const life = (await longestTokenLife(api)) * 1000
      return {minted: minted.size, until: new Date(since + life + SKEW).toISOString()}
    },
  })
}
