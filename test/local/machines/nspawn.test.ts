import {expect} from 'chai'
import {machinePaths} from '../../../src/local/machines/disk.js'
import {numbersInNamespaces} from '../../../src/local/machines/init-process.js'
import {nspawnCommand} from '../../../src/local/machines/nspawn.js'
import {parseRecord} from '../../../src/local/machines/record.js'

describe('the command that boots a machine', () => {
  const request = {
    machine: 'khw00000-i-1',
    hostname: 'ip-10-0-0-4',
    namespace: 'khw00000-i-1',
    paths: machinePaths('/srv/a:b/i-1'),
    layout: 'v1',
    devices: ['/dev/null', '/dev/no-such-device'],
  } as const

  it('runs in the namespace of the instance, on its own disk, with the devices that the host has', () => {
    const words = nspawnCommand(request)
    expect(words[0]).to.equal('systemd-nspawn')
    expect(words).to.include('--network-namespace-path=/run/netns/khw00000-i-1')
    expect(words).to.include('--bind=/srv/a\\:b/i-1/var-lib:/var/lib')
    expect(words).to.include('--bind=/dev/null')
    expect(words.join(' ')).not.to.contain('no-such-device')
    expect(words).to.include('--keep-unit')
  })

  it('asks systemd for a branch of its tree where systemd owns it', () => {
    const words = nspawnCommand({...request, layout: 'systemd'})
    expect(words.slice(0, 2)).to.deep.equal(['systemd-run', '--quiet'])
    expect(words).to.include('--unit=khw00000-i-1')
    expect(words).to.include('Delegate=yes')
    expect(words.indexOf('systemd-nspawn')).to.be.greaterThan(words.indexOf('--scope'))
  })
})

describe("a machine's first process", () => {
  it('is one level below the host; those of containers in the machine are deeper', () => {
    expect(numbersInNamespaces('Name:\tsystemd\nNSpid:\t4242\t1\nThreads:\t1\n')).to.equal('1')
    expect(numbersInNamespaces('NSpid:\t4711\t99\t1\n')).to.equal(undefined)
    expect(numbersInNamespaces('NSpid:\t1\n')).to.equal(undefined)
    expect(numbersInNamespaces('')).to.equal(undefined)
  })
})

describe("a machine's record", () => {
  it('is read back, and nothing else is taken for one', () => {
    const record = {instanceId: 'i-1', hostname: 'h', supervisor: {pid: 7, startTime: '99'}}
    expect(parseRecord(JSON.stringify(record))).to.deep.equal(record)
    expect(parseRecord('{"instanceId":"i-1","hostname":"h"}')).to.deep.equal({instanceId: 'i-1', hostname: 'h'})
    for (const text of ['', 'null', '{}', '{"instanceId":"i-1","hostname":"h","supervisor":{"pid":"7"}}'])
      expect(() => parseRecord(text), text).to.throw(SyntaxError)
  })
})
