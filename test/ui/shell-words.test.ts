import {execFileSync} from 'node:child_process'
import {expect} from 'chai'
import {equivalentCommand} from '../../src/ui/equivalent-command.js'
import {commandLines, shellCommand} from '../../src/ui/shell-words.js'

describe('shellCommand', () => {
  it('is read back by a shell word for word', () => {
    const words = ['plain', 'two words', "it's", '$HOME', '`id`', 'a"b', '*', '', '~', 'back\\slash', '!x', '#no']
    const printed = execFileSync('sh', ['-c', String.raw`printf '%s\n' ` + shellCommand(words)], {encoding: 'utf8'})
    expect(printed.split('\n').slice(0, -1)).to.deep.equal(words)
  })
})

describe('commandLines', () => {
  it('are read back by a shell word for word, and keep a flag and its value together', () => {
    const words = ['khw', 'create', '--name', 'lab', '--mirror', '/srv/my mirror', '--ttl', '8h', '--spot']
    const lines = commandLines(words, 30)
    expect(lines).to.deep.equal(['khw create --name lab \\', "  --mirror '/srv/my mirror' \\", '  --ttl 8h --spot'])
    const echoed = execFileSync('sh', ['-c', String.raw`printf '%s\n' ` + lines.join('\n')], {encoding: 'utf8'})
    expect(echoed.split('\n').slice(0, -1)).to.deep.equal(words)
    expect(commandLines(words, 200)).to.deep.equal([shellCommand(words)])
  })
})

describe('equivalentCommand', () => {
  it('has a flag for everything that was asked for, and no other', () => {
    expect(
      equivalentCommand({
        name: 'lab',
        provider: 'local',
        controllers: 3,
        workers: 2,
        mirror: '/srv/my mirror',
        network: {podCidr: '10.100.0.0/16'},
        operatorCidrs: ['203.0.113.7/32', '198.51.100.0/24'],
      }),
    ).to.equal(
      "khw create --name lab --provider local --controllers 3 --workers 2 --mirror '/srv/my mirror' " +
        '--pod-cidr 10.100.0.0/16 --allow-cidr 203.0.113.7/32,198.51.100.0/24',
    )
    expect(equivalentCommand({})).to.equal('khw create')
  })
})
