import {expect} from 'chai'
import type {NodeConnections} from '../../../src/ssh/node-connections.js'
import type {RunContext} from '../../../src/steps/engine/context.js'
import {tellMachines} from '../../../src/steps/expiry/machines.js'
import {FastClock} from '../../fast-clock.js'
import {sampleSpec} from '../sample-spec.js'

describe('machines that are told a new expiry', () => {
  const machine = (name: string, state: string, PublicIpAddress?: string) => ({
    InstanceId: `i-${name}`,
    State: {Name: state},
    PublicIpAddress,
    Tags: [{Key: 'khw:step', Value: `compute/instance/${name}`}],
  })

  it('are told one and all; who cannot be reached or does not run is named', async () => {
    const commands: [string, string][] = []
    const nodes = {
      to: (name: string) => {
        if (name === 'worker-1') return new Promise(() => undefined)
        if (name === 'worker-2') return Promise.reject(new Error('the host key is another one'))
        return Promise.resolve({exec: (command: string) => Promise.resolve(commands.push([name, command]))})
      },
    } as unknown as NodeConnections
    const instances = [
      machine('controller-1', 'running', '198.18.0.4'),
      machine('worker-1', 'running', '198.18.0.5'),
      machine('worker-2', 'running', '198.18.0.6'),
      machine('worker-3', 'stopped'),
    ]
    const context = {
      spec: sampleSpec({controllers: 1, workers: 4}),
      inventory: {instances},
      nodes,
      clock: new FastClock(),
      signal: new AbortController().signal,
    } as unknown as RunContext
    const expiry = {createdAt: '2026-11-24T08:00:00.000Z', expiresAt: '2026-11-24T16:00:00.000Z'}
    const told = await tellMachines(context, expiry)
    expect(told).to.deep.equal([
      {name: 'controller-1', running: true, told: true, detail: ''},
      {name: 'worker-1', running: true, told: false, detail: 'it did not let us in within 30 s'},
      {name: 'worker-2', running: true, told: false, detail: 'the host key is another one'},
      {name: 'worker-3', running: false, told: false, detail: 'its machine is stopped'},
      {name: 'worker-4', running: false, told: false, detail: 'its machine is missing'},
    ])
    expect(commands.map(([name]) => name)).to.deep.equal(['controller-1'])
    expect(commands[0]?.[1]).to.include('sudo').and.include('echo 2026-11-24T16:00:00.000Z >/etc/khw/expires-at.new')
  })
})
