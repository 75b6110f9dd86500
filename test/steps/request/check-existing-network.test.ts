import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect} from 'chai'
import {KhwError} from '../../../src/errors.js'
import {checkRequest, refuseOtherRequest, specInput} from '../../../src/steps/request/check-request.js'
import type {CreateRequest} from '../../../src/steps/request/create-request.js'
import {Journal, type JournalHeader} from '../../../src/steps/engine/journal.js'

const VPC = 'vpc-0123456789abcdef0'
const [A, B] = ['subnet-0a', 'subnet-0b'] as const

function refusal(work: () => void): KhwError {
  try {
    work()
  } catch (error) {
    if (error instanceof KhwError) return error
    throw error
  }
  throw new Error('it was let through')
}

describe('a request for a network that one has', () => {
  const check = (request: CreateRequest) => () => {
    checkRequest({provider: 'aws', ...request}, 'guest')
  }

  it('names the VPC and its subnets, and nothing of a network that a cluster makes', () => {
    check({vpcId: VPC, subnetIds: [A, B]})()
    const wrong: readonly [CreateRequest, RegExp][] = [
      [{vpcId: VPC}, /--vpc-id needs to know which of its subnets/],
      [{subnetIds: [A]}, /--subnet-ids needs to know whose/],
      [{vpcId: 'mine', subnetIds: [A]}, /--vpc-id mine is not the id of a VPC/],
      [{vpcId: VPC, subnetIds: [A, 'b']}, /--subnet-ids b: not the id of a subnet/],
      [{vpcId: VPC, subnetIds: [A, A]}, /names a subnet twice/],
      [
        {vpcId: VPC, subnetIds: [A], network: {vpcCidr: '10.1.0.0/16', zones: ['us-west-2a']}},
        /^--vpc-cidr and --zones are for a network that the cluster makes itself/,
      ],
    ]
    for (const [request, message] of wrong) {
      const error = refusal(check(request))
      expect(error.code).to.equal('USAGE')
      expect(error.message).to.match(message)
      expect(error.oclif.exit).to.equal(2)
    }
  })

  let directory: string
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'khw-request-'))
  })
  afterEach(() => {
    rmSync(directory, {recursive: true})
  })

  it('is the same as what a cluster has, in whatever order, or refused', () => {
    const spec = specInput({provider: 'aws', vpcId: VPC, subnetIds: [A, B]}, 'guest')
    const header = {clusterId: 'c-1', spec, createdAt: '2026-11-24T08:00:00.000Z', operatorCidr: '203.0.113.7/32'}
    const journal = Journal.create(directory, header as JournalHeader)
    const refused = (request: CreateRequest): KhwError =>
      refusal(() => {
        refuseOtherRequest(request, journal)
      })
    refuseOtherRequest({vpcId: VPC, subnetIds: [B, A]}, journal)
    expect(refused({vpcId: VPC, subnetIds: [A]}).message).to.include(`--subnet-ids ${A},${B}`)
    expect(refused({privateWorkers: true}).message).to.include('--private-workers no')
    const other = refused({operatorCidrs: ['192.0.2.9/32']})
    expect(other.suggestions).to.deep.equal(['Change that: khw access refresh guest --allow-cidr 192.0.2.9/32'])
  })
})
