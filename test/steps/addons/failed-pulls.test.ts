import {expect} from 'chai'
import {FailedPulls} from '../../../src/steps/addons/failed-pulls.js'

describe('pulls that fail', () => {
  const trouble = (why: string) => ({pod: 'a', node: 'worker-1', why, image: 'x:1'})

  /** Seconds after which it is told. */
  function toldAfter(...whys: readonly [string, ...string[]]): number {
    let now = 0
    const pulls = new FailedPulls({now: () => now, sleep: () => Promise.resolve()})
    for (let i = 0; pulls.note(trouble(whys[Math.min(i, whys.length - 1)] ?? '')) === undefined; i++) now += 1000
    return now / 1000
  }

  it('are told after a minute where the registry refuses, also while the kubelet waits for its next try', () => {
    expect(toldAfter('ErrImagePull: failed to resolve reference "x:1": not found')).to.equal(60)
    expect(toldAfter('ErrImagePull: pull access denied', 'ImagePullBackOff: Back-off')).to.equal(60)
  })

  it('have three minutes where that may pass', () => {
    expect(toldAfter('ErrImagePull: dial tcp: lookup registry.k8s.io: no such host')).to.equal(180)
    expect(toldAfter('ErrImagePull: unexpected status: 429 Too Many Requests', 'ImagePullBackOff: x')).to.equal(180)
  })

  it('are forgotten once it is pulled', () => {
    let now = 0
    const pulls = new FailedPulls({now: () => now, sleep: () => Promise.resolve()})
    pulls.note(trouble('ErrImagePull: not found'))
    now = 59_000
    pulls.note(undefined)
    now = 61_000
    expect(pulls.note(trouble('ErrImagePull: not found'))).to.equal(undefined)
  })
})
