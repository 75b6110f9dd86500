import {expect} from 'chai'
import {codeOf, IMAGE, testRegion, type TestRegion} from '../test-region.js'

describe('what the region offers', () => {
  let region: TestRegion

  before(async () => {
    region = await testRegion()
  })

  after(async () => {
    await region.close()
  })

  it('one region and its zones', async () => {
    const {ec2} = region
    const {Regions} = await ec2.describeRegions({})
    expect(Regions?.map(({RegionName}) => RegionName)).to.deep.equal(['local-1'])
    expect(await codeOf(ec2.describeRegions({RegionNames: ['eu-west-1']}))).to.equal('InvalidParameterValue')
    const {AvailabilityZones = []} = await ec2.describeAvailabilityZones({
      Filters: [{Name: 'state', Values: ['available']}],
    })
    expect(AvailabilityZones.map(({ZoneName, ZoneId}) => `${ZoneName ?? ''} ${ZoneId ?? ''}`)).to.deep.equal([
      'local-1a local1-az1',
      'local-1b local1-az2',
      'local-1c local1-az3',
    ])
    expect(await codeOf(ec2.describeAvailabilityZones({ZoneNames: ['x']}))).to.equal('InvalidParameterValue')
    const {AccountAttributes} = await ec2.describeAccountAttributes({AttributeNames: ['default-vpc']})
    expect(AccountAttributes?.[0]?.AttributeValues?.[0]?.AttributeValue).to.equal('none')
  })

  it('one image, found by owner and name', async () => {
    const {ec2} = region
    const find = async (name: string, owner?: string) => {
      const Owners = owner === undefined ? undefined : [owner]
      const {Images = []} = await ec2.describeImages({Owners, Filters: [{Name: 'name', Values: [name]}]})
      return Images.map(({ImageId}) => ImageId)
    }
    expect(await find('debian-12-amd64-*', '136693071363')).to.deep.equal([IMAGE.imageId])
    expect(await find('debian-12-amd64-*', 'self')).to.deep.equal([])
    expect(await find('debian-13-*')).to.deep.equal([])
    const {Images} = await ec2.describeImages({
      Filters: [
        {Name: 'block-device-mapping.volume-type', Values: ['gp3']},
        {Name: 'root-device-name', Values: ['/dev/xvda']},
      ],
    })
    expect(Images).to.have.length(1)
    const windows = await ec2.describeImages({Filters: [{Name: 'platform', Values: ['windows']}]})
    expect(windows.Images).to.deep.equal([])
    expect(await codeOf(ec2.describeImages({ImageIds: ['ami-00000000']}))).to.equal('InvalidAMIID.NotFound')
  })

  it('instance types with their size and architecture', async () => {
    const {ec2} = region
    const {InstanceTypes = []} = await ec2.describeInstanceTypes({InstanceTypes: ['t3.small', 'm7g.large']})
    const shown = InstanceTypes.map(({InstanceType, VCpuInfo, MemoryInfo, ProcessorInfo}) => [
      InstanceType,
      VCpuInfo?.DefaultVCpus,
      MemoryInfo?.SizeInMiB,
      ProcessorInfo?.SupportedArchitectures?.[0],
    ])
    expect(shown).to.deep.equal([
      ['m7g.large', 2, 8192, 'arm64'],
      ['t3.small', 2, 2048, 'x86_64'],
    ])
    const none = ec2.describeInstanceTypes({InstanceTypes: ['t3.giant' as 't3.small']})
    expect(await codeOf(none)).to.equal('InvalidInstanceType')
    const {InstanceTypeOfferings = []} = await ec2.describeInstanceTypeOfferings({
      LocationType: 'availability-zone',
      Filters: [{Name: 'instance-type', Values: ['t3.small']}],
    })
    expect(InstanceTypeOfferings.map(({Location}) => Location)).to.deep.equal(['local-1a', 'local-1b', 'local-1c'])
  })
})
