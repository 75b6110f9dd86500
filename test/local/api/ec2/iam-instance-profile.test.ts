import {expect} from 'chai'
import {SettableFaults} from '../../../../src/local/api/faults/fault-source.js'
import {identity, userWith, type Identity} from '../iam/iam-client.js'
import {codeOf, launch, launchInput, network, present, testRegion, type TestRegion} from '../test-region.js'

const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{Effect: 'Allow', Action: 'sts:AssumeRole', Principal: {Service: 'ec2.amazonaws.com'}}],
})

describe('instance profiles of instances', () => {
  let region: TestRegion
  let root: Identity
  beforeEach(async () => {
    region = await testRegion({faults: new SettableFaults({enforceIam: true})})
    root = await identity(region)
    await root.iam.createInstanceProfile({InstanceProfileName: 'bare'})
    for (const name of ['web', 'db']) {
      await root.iam.createRole({RoleName: `${name}-role`, AssumeRolePolicyDocument: TRUST})
      await root.iam.createInstanceProfile({InstanceProfileName: name})
      await root.iam.addRoleToInstanceProfile({InstanceProfileName: name, RoleName: `${name}-role`})
    }
  })
  afterEach(() => region.close())

  const arnOf = (name: string): string => `arn:aws:iam::123456789012:instance-profile/${name}`

  it('come with a launch, by name or ARN, and are described', async () => {
    const net = await network(root.ec2)
    for (const IamInstanceProfile of [{Name: 'web'}, {Arn: arnOf('web')}]) {
      const id = await launch(root.ec2, net, {IamInstanceProfile})
      const {Reservations = []} = await root.ec2.describeInstances({InstanceIds: [id]})
      expect(Reservations[0]?.Instances?.[0]?.IamInstanceProfile).to.include({Arn: arnOf('web')})
    }
    for (const [IamInstanceProfile, message] of [
      [{Name: 'none'}, 'Invalid IAM Instance Profile name'],
      [{Arn: arnOf('none')}, 'Invalid IAM Instance Profile ARN'],
      [{Name: 'bare'}, 'has no associated IAM Roles'],
    ] as const) {
      const refused = root.ec2.runInstances(launchInput(net, {IamInstanceProfile}))
      const error = (await refused.catch((reason: unknown) => reason)) as Error
      expect([error.name, error.message.includes(message)]).to.deep.equal(['InvalidParameterValue', true])
    }
  })

  it('are given to an instance, replaced and taken away', async () => {
    const {ec2} = root
    const InstanceId = await launch(ec2, await network(ec2))
    const given = await ec2.associateIamInstanceProfile({InstanceId, IamInstanceProfile: {Name: 'web'}})
    const first = present(given.IamInstanceProfileAssociation?.AssociationId)
    expect(await codeOf(ec2.associateIamInstanceProfile({InstanceId, IamInstanceProfile: {Name: 'db'}}))).to.equal(
      'IncorrectState',
    )
    const replaced = await ec2.replaceIamInstanceProfileAssociation({
      AssociationId: first,
      IamInstanceProfile: {Name: 'db'},
    })
    const AssociationId = present(replaced.IamInstanceProfileAssociation?.AssociationId)
    const Filters = [{Name: 'instance-id', Values: [InstanceId]}]
    const listed = async () =>
      (await ec2.describeIamInstanceProfileAssociations({Filters})).IamInstanceProfileAssociations?.map(association => [
        association.AssociationId,
        association.IamInstanceProfile?.Arn,
        association.State,
      ])
    expect(await listed()).to.deep.equal([[AssociationId, arnOf('db'), 'associated']])
    await ec2.disassociateIamInstanceProfile({AssociationId})
    expect(await listed()).to.deep.equal([])
    expect(await codeOf(ec2.disassociateIamInstanceProfile({AssociationId}))).to.equal('NoSuchAssociation')
  })

  it('need the permission to pass their role on', async () => {
    const net = await network(root.ec2)
    const statement = (Action: string, Resource: string, more: object = {}) => ({
      Effect: 'Allow',
      Action,
      Resource,
      ...more,
    })
    const Condition = {StringEquals: {'iam:PassedToService': 'ec2.amazonaws.com'}}
    const pass = statement('iam:PassRole', 'arn:aws:iam::*:role/web-*', {Condition})
    const Statement = [statement('ec2:*', '*'), pass]
    const eve = await userWith(region, 'eve', {Version: '2012-10-17', Statement})
    const tried = (Name: string) =>
      codeOf(eve.ec2.runInstances(launchInput(net, {IamInstanceProfile: {Name}, DryRun: true})))
    expect(await tried('web')).to.equal('DryRunOperation')
    expect(await tried('db')).to.equal('UnauthorizedOperation')
  })
})
