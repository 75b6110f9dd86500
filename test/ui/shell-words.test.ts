import {execFileSync} from 'node:child_process'
import {expect} from 'chai'
import {equivalentCommand} from '../../src/ui/equivalent-command.js'
import {shellCommand} from '../../src/ui/shell-words.js'

describe('shellCommand', () => {
  it('is read back by a shell word for word', () => {
    const words = ['plain', 'two words', "it's", '$HOME', '`id`', 'a"b', '*', '', '~', 'back\\slash', '!x', '#no']
    const printed = execFileSync('sh', ['-c', String.raw`printf '%s\n' ` + shellCommand(words)], {encoding: 'utf8'})
    expect(printed.split('\n').slice(0, -1)).to.deep.equal(words)
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
