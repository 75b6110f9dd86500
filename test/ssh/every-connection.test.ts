import {readdirSync, readFileSync} from 'node:fs'
import {expect} from 'chai'

const SOURCES = readdirSync('src', {recursive: true, encoding: 'utf8'})
  .filter(name => name.endsWith('.ts'))
  .map(name => ({name, text: readFileSync(`src/${name}`, 'utf8')}))

const filesWith = (pattern: RegExp): string[] => SOURCES.filter(({text}) => pattern.test(text)).map(({name}) => name)

describe('every SSH connection of khw', () => {
  it('is made in one place', () => {
    expect(filesWith(/from 'node-ssh'|\('node-ssh'\)|new NodeSSH/)).to.deep.equal(['ssh/connection.ts'])
    // A client of ssh2 itself would be another way round the pins; keys.ts takes no more than its keys.
    expect(filesWith(/'ssh2'/)).to.deep.equal(['ssh/keys.ts'])
    expect(filesWith(/\bssh2?\.Client\b|new Client\(/)).to.deep.equal([])
  })

  it('has a host verifier that answers at once and compares with the pins', () => {
    const [source] = SOURCES.filter(({name}) => name === 'ssh/connection.ts')
    const calls = (source?.text ?? '').split('ssh.connect({').slice(1)
    expect(calls).to.have.length(1)
    expect(source?.text.match(/\.connect\(/g)).to.have.length(1)
    const settings = calls[0]?.split('\n      })\n')[0] ?? ''
    expect(settings).to.match(/hostVerifier: \(shown: Buffer\): boolean => \{[^}]*return isPinned\(target, shown\)/)
    expect(settings).not.to.match(/password|tryKeyboard|hostHash|agent: /)
    expect(settings).to.include('agentForward: false')
  })

  it("of the system's ssh too: it asks nobody and learns no key", () => {
    expect(filesWith(/StrictHostKeyChecking=(?!yes)|StrictHostKeyChecking[ =]no/)).to.deep.equal([])
    expect(filesWith(/UserKnownHostsFile=/)).to.deep.equal(filesWith(/StrictHostKeyChecking=yes/))
    expect(filesWith(/StrictHostKeyChecking=yes/)).to.deep.equal(['steps/cluster-access.ts'])
  })
})
