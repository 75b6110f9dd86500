import {NodeConnections, OPERATOR_KEY} from '../../src/ssh/node-connections.js'
import {MemorySecretStore} from '../pki/fixtures.js'

/** A process of its own that runs a command which never ends, is interrupted once it has begun, and must come to its end. */
const {port, privateKey, publicKey} = JSON.parse(process.argv[2] ?? '') as Record<string, string>
const secrets = new MemorySecretStore([
  [OPERATOR_KEY, privateKey ?? ''],
  ['ssh/host-worker-1.pub', `${publicKey ?? ''}\n`],
])
const abort = new AbortController()
const nodes = new NodeConnections(secrets, 'admin', abort.signal, {port: Number(port)})
const remote = await nodes.to('worker-1', '127.0.0.1')
const input = Buffer.alloc(20_000_000)
const running = remote.exec('for ever', {
  input,
  onLine: () => {
    abort.abort(new Error('interrupted'))
  },
})
console.log(await running.catch(String))
await nodes.close()
