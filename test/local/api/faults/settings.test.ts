import {expect} from 'chai'
import {KhwError} from '../../../../src/errors.js'
import {SettableFaults} from '../../../../src/local/api/faults/fault-source.js'
import {parseFaultSettings, parseFaultSettingsText} from '../../../../src/local/api/faults/parse-settings.js'
import type {FaultSettings} from '../../../../src/local/api/faults/settings.js'

const EVERYTHING: FaultSettings = {
  latency: 'ec2',
  visibility: {byId: 2000, byTag: 8000},
  throttle: {always: false, buckets: [{action: 'Describe*', capacity: 10, refillPerSecond: 0.5}]},
  calls: [
    {action: 'CreateVpc', nth: 2, when: 'after', how: 'drop'},
    {action: '*', every: 7, times: 3, when: 'before', how: {code: 'InternalError', status: 500, message: 'Sorry'}},
  ],
  capacity: [{zone: 'local-1a', instanceType: 't3.*', code: 'Unsupported'}, {}],
  lingering: 10_000,
  quotas: {
    vpcs: 5,
    internetGateways: 5,
    subnetsPerVpc: 200,
    securityGroups: 2500,
    instances: 20,
    vcpus: 32,
    spotInstances: 0,
    spotVcpus: 0,
  },
  boots: [
    {name: 'worker-*', nth: 1, delay: 30_000},
    {name: 'worker-2', fail: {code: 'Client.VolumeLimitExceeded', message: 'Volume limit exceeded'}},
  ],
  interruptions: [{name: 'worker-1', noticeMilliseconds: 5000, times: 1}],
}

describe('fault settings', () => {
  it('are kept as they are, through JSON too', () => {
    expect(parseFaultSettings(EVERYTHING)).to.deep.equal(EVERYTHING)
    expect(parseFaultSettingsText(JSON.stringify(EVERYTHING))).to.deep.equal(EVERYTHING)
    expect(parseFaultSettings({})).to.deep.equal({})
  })

  const wrong: [unknown, RegExp][] = [
    [[], /they must be an object, not \[\]/],
    [null, /they must be an object/],
    [{delay: 5}, /"delay" is not known here; it may be latency, visibility, throttle, calls/],
    [{latency: 5}, /"latency" must be one of none, ec2, not 5/],
    [{visibility: {byName: 1}}, /"visibility.byName" is not known here/],
    [{visibility: {byId: -1}}, /"visibility.byId" must be a whole number from 0 to 86400000, not -1/],
    [{visibility: {byId: 1.5}}, /"visibility.byId" must be a whole number/],
    [{visibility: 2000}, /"visibility" must be an object, not 2000/],
    [{throttle: {always: 'yes'}}, /"throttle.always" must be true or false, not "yes"/],
    [{throttle: {buckets: [{action: '*', capacity: 1}]}}, /"throttle.buckets\[0\].refillPerSecond" is missing/],
    [
      {throttle: {buckets: [{action: '*', capacity: 1, refillPerSecond: 0}]}},
      /refillPerSecond" must be a number above/,
    ],
    [{calls: {}}, /"calls" must be a list, not \{\}/],
    [{calls: [{action: '*', when: 'before', how: 'drop'}, {}]}, /"calls\[1\].action" is missing/],
    [{calls: [{action: '', when: 'before', how: 'drop'}]}, /"calls\[0\].action" must be a text that is not empty/],
    [{calls: [{action: '*', when: 'during', how: 'drop'}]}, /"calls\[0\].when" must be one of before, after/],
    [{calls: [{action: '*', when: 'before', how: 'reset'}]}, /"calls\[0\].how" must be "drop" or an object/],
    [{calls: [{action: '*', when: 'before', how: {status: 500}}]}, /"calls\[0\].how.code" is missing/],
    [
      {calls: [{action: '*', when: 'before', how: {code: 'X', status: 200}}]},
      /how.status" must be a whole number from 4/,
    ],
    [{calls: [{action: '*', when: 'before', how: 'drop', nth: 0}]}, /"calls\[0\].nth" must be a whole number from 1/],
    [
      {calls: [{action: '*', when: 'before', how: 'drop', nth: 1, every: 2}]},
      /"calls\[0\]" must not have both nth and/,
    ],
    [{capacity: [{code: 'OutOfOrder'}]}, /"capacity\[0\].code" must be one of InsufficientInstanceCapacity, /],
    [{lingering: '5s'}, /"lingering" must be a whole number from 0 to 86400000, not "5s"/],
    [{lingering: 86_400_001}, /"lingering" must be a whole number/],
    [{quotas: {volumes: 1}}, /"quotas.volumes" is not known here/],
    [{boots: [{name: 'worker-1'}]}, /"boots\[0\]" must have delay or fail, or both/],
    [{boots: [{fail: true}]}, /"boots\[0\].fail" must be an object, not true/],
    [{interruptions: [{}]}, /"interruptions\[0\].name" is missing/],
    [
      {interruptions: [{name: 'w', noticeMilliseconds: null}]},
      /noticeMilliseconds" must be a whole number .* not null/,
    ],
  ]
  for (const [value, message] of wrong) {
    it(`are refused: ${JSON.stringify(value)}`, () => {
      expect(() => parseFaultSettings(value))
        .to.throw(KhwError, message)
        .that.deep.includes({code: 'USAGE', oclif: {exit: 2}})
    })
  }

  it('are refused when they are not JSON', () => {
    expect(() => parseFaultSettingsText('{"lingering":')).to.throw(KhwError, /they are not JSON/)
  })

  it('stay as they are when those that are to replace them are wrong', () => {
    const faults = new SettableFaults({lingering: 1})
    let changes = 0
    faults.onChange(() => (changes += 1))
    expect(() => {
      faults.set({lingering: -1})
    }).to.throw(KhwError)
    expect([faults.current(), changes]).to.deep.equal([{lingering: 1}, 0])
    faults.set({})
    expect([faults.current(), changes]).to.deep.equal([{}, 1])
  })
})
