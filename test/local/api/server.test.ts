import {EC2} from '@aws-sdk/client-ec2'
import {IAM} from '@aws-sdk/client-iam'
import {SSM} from '@aws-sdk/client-ssm'
import {STS} from '@aws-sdk/client-sts'
import {expect} from 'chai'
import {codeOf, CREDENTIALS, IMAGE, testRegion, type TestRegion} from './test-region.js'

describe('the API server', () => {
  let region: TestRegion

  before(async () => {
    region = await testRegion()
  })

  after(async () => {
    await region.close()
  })

  const config = (credentials = CREDENTIALS, name = 'local-1') => ({
    endpoint: region.endpoint,
    region: name,
    credentials,
    maxAttempts: 1,
  })

  describe('signatures', () => {
    const wrongKey = {...CREDENTIALS, accessKeyId: 'AKIASOMEBODYELSE0001'}
    const wrongSecret = {...CREDENTIALS, secretAccessKey: 'guess'}

    it('lets its own credentials in, whatever characters a value has', async () => {
      const values = [`ü % + & = / ~ * ( ) ' ! "quoted"`, 'a\r\nb\tc', '']
      for (const Value of values) {
        const {Vpc} = await region.ec2.createVpc({
          CidrBlock: '10.9.0.0/16',
          TagSpecifications: [{ResourceType: 'vpc', Tags: [{Key: 'k', Value}]}],
        })
        expect(Vpc?.Tags).to.deep.equal([{Key: 'k', Value}])
      }
    })

    it('answers strangers in the words of each service', async () => {
      expect(await codeOf(new EC2(config(wrongKey)).describeVpcs({}))).to.equal('AuthFailure')
      expect(await codeOf(new EC2(config(wrongSecret)).describeVpcs({}))).to.equal('AuthFailure')
      expect(await codeOf(new EC2(config(CREDENTIALS, 'eu-west-1')).describeVpcs({}))).to.equal('AuthFailure')
      expect(await codeOf(new STS(config(wrongKey)).getCallerIdentity({}))).to.equal('InvalidClientTokenId')
      expect(await codeOf(new STS(config(wrongSecret)).getCallerIdentity({}))).to.equal('SignatureDoesNotMatch')
      expect(await codeOf(new SSM(config(wrongKey)).getParameter({Name: 'x'}))).to.equal('UnrecognizedClientException')
      expect(await codeOf(new SSM(config(wrongSecret)).getParameter({Name: 'x'}))).to.equal('InvalidSignatureException')
    })

    it('refuses a request that is not signed, in EC2’s XML', async () => {
      const answer = await fetch(region.endpoint, {method: 'POST', body: 'Action=DescribeVpcs&Version=2016-11-15'})
      expect(answer.status).to.equal(403)
      const body = await answer.text()
      expect(body).to.match(
        /^<\?xml version="1.0" encoding="UTF-8"\?>\n<Response><Errors><Error><Code>MissingAuthenticationToken<\/Code><Message>[^<]+<\/Message><\/Error><\/Errors><RequestID>[0-9a-f-]{36}<\/RequestID><\/Response>$/,
      )
    })

    it('refuses a body that is not the one that was signed', async () => {
      const ec2 = new EC2(config())
      ec2.middlewareStack.add(
        next => args => {
          const {request} = args
          if (typeof request === 'object' && request !== null && 'body' in request && typeof request.body === 'string')
            request.body = request.body.replace('10.8.0.0', '10.7.0.0')
          return next(args)
        },
        {step: 'deserialize', name: 'tamper', priority: 'low'},
      )
      const before = Object.keys(region.store.state.vpcs).length
      expect(await codeOf(ec2.createVpc({CidrBlock: '10.8.0.0/16'}))).to.equal('AuthFailure')
      expect(Object.keys(region.store.state.vpcs)).to.have.length(before)
    })

    it('refuses a request from another time', async () => {
      // More than an hour, and the client would take its own clock for wrong and correct it.
      const ec2 = new EC2({...config(), systemClockOffset: -301_000})
      expect(await codeOf(ec2.describeVpcs({}))).to.equal('RequestExpired')
      const inTime = new EC2({...config(), systemClockOffset: -290_000})
      expect(await codeOf(inTime.describeVpcs({}))).to.equal('no error')
    })
  })

  describe('requests', () => {
    it('with an action it does not know are answered with its name', async () => {
      const error = await region.ec2.createVpnGateway({Type: 'ipsec.1'}).catch((thrown: unknown) => thrown)
      expect(error).to.be.instanceOf(Error).with.property('name', 'InvalidAction')
      expect(String(error)).to.contain('CreateVpnGateway')
    })

    it('with a parameter it does not know are refused before anything happens', async () => {
      const before = Object.keys(region.store.state.vpcs).length
      const call = region.ec2.createVpc({CidrBlock: '10.6.0.0/16', Ipv4IpamPoolId: 'ipam-pool-1'})
      const error = await call.catch((thrown: unknown) => thrown)
      expect(error).to.have.property('name', 'UnknownParameter')
      expect(String(error)).to.contain('Ipv4IpamPoolId')
      expect(Object.keys(region.store.state.vpcs)).to.have.length(before)
    })

    it('with a value that is not served are refused, naming the parameter; the default is accepted', async () => {
      const before = Object.keys(region.store.state.vpcs).length
      const vpc = (AmazonProvidedIpv6CidrBlock: boolean) =>
        region.ec2.createVpc({CidrBlock: '10.6.0.0/16', AmazonProvidedIpv6CidrBlock})
      const error = await vpc(true).catch((thrown: unknown) => thrown)
      expect(error).to.have.property('name', 'UnsupportedOperation')
      expect(String(error)).to.contain('AmazonProvidedIpv6CidrBlock')
      expect(Object.keys(region.store.state.vpcs)).to.have.length(before)
      await vpc(false)
      expect(Object.keys(region.store.state.vpcs)).to.have.length(before + 1)
    })

    it('with DryRun do nothing, but are checked', async () => {
      const before = Object.keys(region.store.state.vpcs).length
      const error = await region.ec2.createVpc({CidrBlock: '10.6.0.0/16', DryRun: true}).catch((e: unknown) => e)
      expect(error).to.have.property('name', 'DryRunOperation')
      expect(error).to.have.nested.property('$metadata.httpStatusCode', 412)
      expect(await codeOf(region.ec2.createVpc({CidrBlock: 'x', DryRun: true}))).to.equal('InvalidParameterValue')
      expect(Object.keys(region.store.state.vpcs)).to.have.length(before)
    })

    it('carry a request id, in errors as well', async () => {
      const good = await region.ec2.describeVpcs({})
      expect(good.$metadata.requestId).to.match(/^[0-9a-f-]{36}$/)
      const bad = await region.ec2.describeVpcs({VpcIds: ['vpc-0123456789abcdef0']}).catch((e: unknown) => e)
      expect(bad)
        .to.have.nested.property('$metadata.requestId')
        .that.matches(/^[0-9a-f-]{36}$/)
    })

    it('that the host cannot follow are server errors', async () => {
      region.fabric.fail('syncVpc', new Error('no such link'))
      const error = await region.ec2.createVpc({CidrBlock: '10.5.0.0/16'}).catch((e: unknown) => e)
      region.fabric.fail('syncVpc', undefined)
      expect(error).to.have.property('name', 'InternalError')
      expect(error).to.have.property('message').that.contains('no such link')
      expect(error).to.have.nested.property('$metadata.httpStatusCode', 500)
      expect(region.errors.map(String)).to.deep.equal(['Error: no such link'])
    })

    it('that are too large are refused', async () => {
      const tags = Array.from({length: 50}, (_, i) => ({Key: `k${i}`, Value: 'x'.repeat(30_000)}))
      const call = region.ec2.createTags({Resources: ['vpc-0123456789abcdef0'], Tags: tags})
      expect(await codeOf(call)).to.equal('RequestEntityTooLarge')
    })
  })

  it('says who is calling', async () => {
    const sts = new STS(config())
    const {Account, Arn, UserId} = await sts.getCallerIdentity({})
    expect({Account, Arn, UserId}).to.deep.equal({
      Account: '123456789012',
      Arn: 'arn:aws:iam::123456789012:root',
      UserId: '123456789012',
    })
    const {User} = await new IAM(config()).getUser({})
    expect(User?.Arn).to.equal(Arn)
    expect(await codeOf(new STS(config()).getSessionToken({}))).to.equal('InvalidAction')
  })

  it('has the image’s id as a public parameter', async () => {
    const ssm = new SSM(config())
    const Name = '/aws/service/debian/release/12/latest/amd64'
    const {Parameter} = await ssm.getParameter({Name})
    expect(Parameter?.Value).to.equal(IMAGE.imageId)
    expect(Parameter?.LastModifiedDate?.toISOString()).to.equal(IMAGE.creationDate)
    const many = await ssm.getParameters({Names: [Name, '/nothing']})
    expect(many.Parameters?.map(parameter => parameter.Value)).to.deep.equal([IMAGE.imageId])
    expect(many.InvalidParameters).to.deep.equal(['/nothing'])
    const under = async (Path: string, Recursive?: boolean) =>
      (await ssm.getParametersByPath({Path, ...(Recursive === undefined ? {} : {Recursive})})).Parameters?.length
    expect(await under('/aws/service/debian/release/12/latest')).to.equal(1)
    expect(await under('/aws/service/debian')).to.equal(0)
    expect(await under('/aws/service/debian/', true)).to.equal(1)
    expect(await codeOf(under('aws'))).to.equal('ValidationException')
    expect(await codeOf(ssm.getParameter({Name: '/nothing'}))).to.equal('ParameterNotFound')
    expect(await codeOf(ssm.describeParameters({}))).to.equal('UnknownOperationException')
  })
})
