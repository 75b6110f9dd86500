import {OPERATOR_KEY} from '../../ssh/node-connections.js'
import {generateSshKey} from '../../ssh/keys.js'
import {defineStep, type Nothing} from '../engine/step.js'

/** One SSH key a cluster, made for it and gone with it; the user's own keys are never touched. */
export const operatorKey = defineStep<{publicKey: string}, Nothing>({
  id: 'access/operator-key',
  phase: 'access',
  title: 'Make the SSH key',
  needs: {},

  async create({secrets, spec}) {
    const known = await secrets.read(`${OPERATOR_KEY}.pub`)
    if (known !== undefined) return {publicKey: known.trim()}
    const pair = generateSshKey(`khw-${spec.name}`)
    await secrets.write(OPERATOR_KEY, pair.privateKey)
    await secrets.write(`${OPERATOR_KEY}.pub`, `${pair.publicKey}\n`)
    return {publicKey: pair.publicKey}
  },
})
