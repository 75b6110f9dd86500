import {expect} from 'chai'
import {generateSshKey, keyBlob} from '../../src/ssh/keys.js'

describe('ssh keys', () => {
  it('never have a public key that is too short', () => {
    for (let i = 0; i < 2_000; i++) expect(keyBlob(generateSshKey('x').publicKey)).to.have.length(51)
  })

  it('are drawn again when the library has cut zeros off', () => {
    const good = generateSshKey('x')
    const short = Buffer.concat([keyBlob(good.publicKey).subarray(0, 19), Buffer.alloc(31, 1)]).toString('base64')
    const drawn = [{privateKey: 'bad', publicKey: `ssh-ed25519 ${short} x`}, good]
    expect(generateSshKey('x', () => drawn.shift() ?? good)).to.equal(good)
  })
})
