import {expect} from 'chai'
import fc from 'fast-check'
import {specOfTags, specTags, type SpecRecord} from '../../src/aws/spec-tags.js'
import {clusterSpec, type ClusterSpec} from '../../src/cluster/spec.js'

/** Tags that a resource may have (EC2 user guide, "Tag restrictions"), without the seven that all of khw's have. */
const ROOM = 50 - 7

const text = fc.string({unit: 'binary', maxLength: 40})

const type = fc.stringMatching(/^[a-z][a-z0-9-]{1,12}\.[a-z0-9-]{1,12}$/)
const types = fc.uniqueArray(type, {maxLength: 4})

const specs: fc.Arbitrary<ClusterSpec> = fc
  .record(
    {
      name: fc.stringMatching(/^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/),
      provider: fc.constantFrom('aws', 'local'),
      region: text,
      controllers: fc.constantFrom(1, 3, 5, 7, 9),
      workers: fc.integer({min: 1, max: 200}),
      kubernetesVersion: text,
      artifactSource: fc.constantFrom('upstream', 'mirror', 'debian'),
      // As long as Linux lets a path be.
      mirror: fc.string({unit: 'binary', maxLength: 1024}),
      architecture: fc.constantFrom('amd64', 'arm64'),
      network: fc.record({
        vpcCidr: fc.integer({min: 0, max: 99}).map(n => `10.${n}.0.0/16`),
        subnets: fc.integer({min: 1, max: 6}),
        podCidr: fc.integer({min: 100, max: 255}).map(n => `10.${n}.0.0/16`),
        serviceCidr: fc.integer({min: 0, max: 255}).map(n => `172.16.${n}.0/24`),
      }),
      controllerType: type,
      workerType: type,
      fallbackTypes: fc.record({controller: types, worker: types}, {requiredKeys: []}),
      volumeSize: fc.integer({min: 8, max: 16_384}),
    },
    {
      requiredKeys: [
        'name',
        'provider',
        'region',
        'controllers',
        'workers',
        'kubernetesVersion',
        'artifactSource',
        'architecture',
        'network',
        'controllerType',
        'workerType',
        'volumeSize',
      ],
    },
  )
  .filter(({controllerType, workerType, fallbackTypes}) =>
    [controllerType, workerType].every(
      first =>
        !Object.values(fallbackTypes ?? {})
          .flat()
          .includes(first),
    ),
  )
  .map(({mirror, fallbackTypes, ...input}) =>
    clusterSpec({
      ...input,
      ...(mirror === undefined ? {} : {mirror}),
      ...(fallbackTypes === undefined ? {} : {fallbackTypes}),
    }),
  )

const records: fc.Arbitrary<SpecRecord> = fc.record({spec: specs, operatorCidr: text})

const base64 = (content: string): string => Buffer.from(content).toString('base64url')

describe('the tags that hold a spec', () => {
  it('give it back, whatever it says, in tags that EC2 takes', () => {
    fc.assert(
      fc.property(records, record => {
        const tags = specTags(record)
        expect(tags.length).to.be.within(1, ROOM)
        for (const {Value = ''} of tags) expect(Value).to.match(/^[\w-]{1,256}$/)
        expect(new Set(tags.map(({Key}) => Key)).size).to.equal(tags.length)
        expect(specOfTags(tags)).to.deep.equal(record)
        const others = [{Key: 'Name', Value: 'x'}, ...tags, {Key: 'khw:step', Value: 'network/vpc'}]
        expect(specOfTags(others.reverse())).to.deep.equal(record)
      }),
    )
  })

  it('give none when one of them is gone', () => {
    fc.assert(
      fc.property(records, fc.nat(), (record, n) => {
        const tags = specTags(record)
        const gone = n % tags.length
        expect(specOfTags(tags.filter((_, i) => i !== gone))).to.equal(undefined)
      }),
    )
  })

  it('give none when they hold garbage', () => {
    const garbage = fc.oneof(fc.string({unit: 'binary'}), fc.json().map(base64), fc.string().map(base64))
    fc.assert(
      fc.property(fc.array(garbage, {maxLength: 4}), values => {
        const tags = values.map((Value, part) => ({Key: `khw:spec/${part}`, Value}))
        expect(specOfTags(tags)).to.equal(undefined)
      }),
    )
    expect(specOfTags(undefined)).to.equal(undefined)
    for (const spec of [null, 1, [], {}, {name: 'x'}, {name: 'x', controllers: 2, workers: 1}]) {
      const tags = [{Key: 'khw:spec/0', Value: base64(JSON.stringify({spec, operatorCidr: '203.0.113.7/32'}))}]
      expect(specOfTags(tags)).to.equal(undefined)
    }
  })
  it('are read as khw wrote them before they had a version, and not if a newer khw wrote them', () => {
    const tagged = (content: object) => specOfTags([{Key: 'khw:spec/0', Value: base64(JSON.stringify(content))}])
    fc.assert(
      fc.property(records, record => {
        expect(tagged(record)).to.deep.equal(record)
        expect(tagged({...record, schema: 1})).to.deep.equal(record)
        expect(tagged({...record, schema: 2})).to.equal(undefined)
        expect(tagged({...record, schema: 'one'})).to.equal(undefined)
      }),
      {numRuns: 20},
    )
  })

  it('give none when a field is missing that every cluster has, or is not what it should be', () => {
    const optional = ['mirror', 'fallbackTypes', 'image', 'loginUser', 'spot', 'loadBalancer', 'securityProfile', 'cni']
    fc.assert(
      fc.property(records, ({spec, operatorCidr}) => {
        const tagged = (content: object) => specOfTags([{Key: 'khw:spec/0', Value: base64(JSON.stringify(content))}])
        expect(tagged({spec})).to.equal(undefined)
        for (const field of Object.keys(spec).filter(name => !optional.includes(name))) {
          const rest = Object.fromEntries(Object.entries(spec).filter(([name]) => name !== field))
          expect(tagged({spec: rest, operatorCidr}), field).to.equal(undefined)
          expect(tagged({spec: {...rest, [field]: null}, operatorCidr}), field).to.equal(undefined)
        }
      }),
      {numRuns: 20},
    )
  })
})
