import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {expect} from 'chai'
import {generateSshKey} from '../../src/ssh/keys.js'
import {FaultyServer} from './faulty-server.js'

describe('a process with SSH connections', () => {
  it('ends by itself when the other side has become a black hole', async () => {
    const operator = generateSshKey('operator')
    const server = await FaultyServer.start(operator)
    server.answer = () => ({stdout: ['begun\n'], end: 'black-hole'})
    const told = {port: server.port, privateKey: operator.privateKey, publicKey: server.hostKey.publicKey}
    const child = spawn(process.execPath, ['--import', 'tsx', 'test/ssh/leave.ts', JSON.stringify(told)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 15_000,
    })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (said += data.toString()))
    try {
      await once(child, 'close')
      expect(said).to.equal('Error: interrupted\n')
      expect(child.exitCode).to.equal(0)
    } finally {
      child.kill('SIGKILL')
      await server.stop()
    }
  })
})
