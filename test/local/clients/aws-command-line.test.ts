import {existsSync} from 'node:fs'
import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect} from 'chai'
import {INSTANCE_TYPES} from '../../../src/local/api/ec2/instance-type-catalogue.js'
import {systemClock} from '../../../src/clock.js'
import {calledOperations} from '../../aws/permissions/called-operations.js'
import {CREDENTIALS, IMAGE, testRegion, type TestRegion} from '../api/test-region.js'
import {AWS, awsCommandLine, type Aws} from './aws-command-line.js'

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGb0GZpNoTRxHWVOkTxLV0Xz5Jt1ZpV0C0H2qkFJ1RkC operator@example'
const CLUSTER = 'Key=cluster,Value=by-hand'

const tagged = (...types: readonly string[]): string[] => [
  '--tag-specifications',
  ...types.map(type => `ResourceType=${type},Tags=[{${CLUSTER}},{Key=Name,Value=${type}}]`),
]
const byCluster = ['--filters', 'Name=tag:cluster,Values=by-hand']

/**
 * What khw's steps do, typed by hand: the client is not the SDK that khw uses, and its parser is its own. Every start of
 * it costs most of a second of a processor, so each call does something that no other does.
 */
describe("the AWS command line, Debian's awscli", function () {
  this.timeout(300_000)
  let home: string
  let region: TestRegion
  let aws: Aws
  /** `ec2:CreateVpc`: all that was typed. */
  const typed = new Set<string>()

  before(async function () {
    if (!existsSync(AWS)) this.skip()
    region = await testRegion({clock: systemClock})
    home = await mkdtemp(join(tmpdir(), 'region-clients-'))
    const run = awsCommandLine(region.endpoint, CREDENTIALS, home)
    aws = (service = '', command = '', ...args) => {
      typed.add(actionOf(service, command))
      return run(service, command, ...args)
    }
  })

  after(async () => {
    if (!existsSync(AWS)) return
    await region.close()
    await rm(home, {recursive: true})
  })

  it('builds the machines of a cluster with their network, looks at them, and takes them down', async () => {
    const ec2: Aws = (...args) => aws('ec2', ...args)
    const elb: Aws = (...args) => aws('elbv2', ...args)
    const userData = join(home, 'user-data')
    const publicKey = join(home, 'key.pub')
    await Promise.all([writeFile(userData, '#cloud-config\n{}\n'), writeFile(publicKey, `${KEY}\n`)])

    const [account, imageId, zones, vpcId] = await Promise.all([
      aws('sts', 'get-caller-identity', '--query', 'Account'),
      aws(
        'ssm',
        'get-parameter',
        '--name',
        '/aws/service/debian/release/12/latest/amd64',
        '--query',
        'Parameter.Value',
      ),
      ec2('describe-availability-zones', '--query', 'AvailabilityZones[].ZoneName'),
      ec2('create-vpc', '--cidr-block', '10.240.0.0/16', ...tagged('vpc'), '--query', 'Vpc.VpcId'),
    ])
    expect([account, imageId, zones]).to.deep.equal(['123456789012', IMAGE.imageId, 'local-1a\tlocal-1b\tlocal-1c'])

    const inVpc = ['--vpc-id', vpcId]
    const [subnetId, gatewayId, tableId, groupId, keyId, image, offered] = await Promise.all([
      ec2(
        ...['create-subnet', ...inVpc, '--cidr-block', '10.240.1.0/24', '--availability-zone', 'local-1b'],
        ...[...tagged('subnet'), '--query', 'Subnet.SubnetId'],
      ),
      ec2('create-internet-gateway', ...tagged('internet-gateway'), '--query', 'InternetGateway.InternetGatewayId'),
      ec2('create-route-table', ...inVpc, ...tagged('route-table'), '--query', 'RouteTable.RouteTableId'),
      ec2(
        ...['create-security-group', ...inVpc, '--group-name', 'nodes', '--description', 'all nodes'],
        ...[...tagged('security-group'), '--query', 'GroupId'],
      ),
      ec2(
        ...['import-key-pair', '--key-name', 'by-hand', '--public-key-material', `fileb://${publicKey}`],
        ...[...tagged('key-pair'), '--query', 'KeyPairId'],
      ),
      ec2('describe-images', '--image-ids', imageId, '--query', 'Images[0].[Architecture,RootDeviceName,State]'),
      ec2(
        ...['describe-instance-type-offerings', '--location-type', 'availability-zone', '--filters'],
        ...['Name=instance-type,Values=t3.small,x9.huge', '--query', 'InstanceTypeOfferings[].[Location,InstanceType]'],
      ),
      ec2('modify-vpc-attribute', ...inVpc, '--enable-dns-hostnames'),
    ])
    expect(image).to.equal('x86_64\t/dev/xvda\tavailable')
    expect(offered).to.equal('local-1a\tt3.small\nlocal-1b\tt3.small\nlocal-1c\tt3.small')

    const permissions = [
      {IpProtocol: '-1', UserIdGroupPairs: [{GroupId: groupId}], IpRanges: [{CidrIp: '10.200.0.0/16'}]},
      {IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{CidrIp: '192.0.2.1/32', Description: 'the operator'}]},
    ]
    const [associationId, ruleIds, balancer, targets] = await Promise.all([
      ec2('associate-route-table', '--route-table-id', tableId, '--subnet-id', subnetId, '--query', 'AssociationId'),
      ec2(
        ...['authorize-security-group-ingress', '--group-id', groupId, '--ip-permissions', JSON.stringify(permissions)],
        ...[...tagged('security-group-rule'), '--query', 'SecurityGroupRules[].SecurityGroupRuleId'],
      ),
      elb(
        ...['create-load-balancer', '--name', 'by-hand', '--type', 'network', '--scheme', 'internal'],
        ...['--subnets', subnetId, '--security-groups', groupId, '--tags', CLUSTER],
        ...['--query', 'LoadBalancers[0].LoadBalancerArn'],
      ),
      elb(
        ...['create-target-group', '--name', 'by-hand', '--protocol', 'TCP', '--port', '6443', ...inVpc],
        ...['--health-check-protocol', 'HTTPS', '--health-check-path', '/readyz', '--tags', CLUSTER],
        ...['--query', 'TargetGroups[0].TargetGroupArn'],
      ),
      ec2('modify-subnet-attribute', '--subnet-id', subnetId, '--map-public-ip-on-launch'),
      ec2('attach-internet-gateway', '--internet-gateway-id', gatewayId, ...inVpc).then(() =>
        ec2('create-route', ...onTable(tableId, '0.0.0.0/0'), '--gateway-id', gatewayId, '--query', 'Return'),
      ),
    ])
    expect(ruleIds.split('\t')).to.have.length(3)

    const [launched] = await Promise.all([
      ec2(
        ...['run-instances', '--image-id', imageId, '--instance-type', 't3.small', '--count', '2'],
        ...['--key-name', 'by-hand', '--subnet-id', subnetId, '--security-group-ids', groupId],
        ...['--metadata-options', 'HttpTokens=required,HttpPutResponseHopLimit=1,HttpEndpoint=enabled'],
        ...['--block-device-mappings', 'DeviceName=/dev/xvda,Ebs={VolumeSize=20,VolumeType=gp3,Encrypted=true}'],
        ...['--instance-initiated-shutdown-behavior', 'terminate', '--user-data', `file://${userData}`],
        ...['--client-token', 'by-hand-1', ...tagged('instance', 'volume', 'network-interface')],
        ...['--query', 'Instances[].InstanceId'],
      ),
      elb(
        ...['create-listener', '--load-balancer-arn', balancer, '--protocol', 'TCP', '--port', '6443'],
        ...['--default-actions', `Type=forward,TargetGroupArn=${targets}`],
      ),
    ])
    const nodeIds = launched.split('\t')
    expect(nodeIds).to.have.length(2)
    const [nodeId = ''] = nodeIds
    await Promise.all([
      ec2('wait', 'instance-running', '--instance-ids', ...nodeIds),
      elb('wait', 'load-balancer-available', '--load-balancer-arns', balancer),
    ])

    const [nodes, interfaces, volumes, status] = await Promise.all([
      ec2(
        ...['describe-instances', ...byCluster, 'Name=instance-state-name,Values=pending,running', '--query'],
        'sort_by(Reservations[].Instances[], &PrivateIpAddress)[].[PrivateIpAddress,PublicIpAddress,State.Name,KeyName]',
      ),
      ec2(
        ...['describe-network-interfaces', '--filters', `Name=attachment.instance-id,Values=${nodeId}`],
        ...['--query', 'NetworkInterfaces[].[NetworkInterfaceId,Groups[0].GroupName,Attachment.DeviceIndex]'],
      ),
      ec2('describe-volumes', ...byCluster, '--query', 'Volumes[].[Size,VolumeType,Encrypted,State]'),
      ec2('describe-instance-status', '--instance-ids', nodeId, '--query', 'InstanceStatuses[].InstanceStatus.Status'),
      ec2('modify-instance-attribute', '--instance-id', nodeId, '--no-source-dest-check'),
      elb('register-targets', '--target-group-arn', targets, '--targets', ...nodeIds.map(id => `Id=${id}`)),
      elb(
        ...['modify-target-group-attributes', '--target-group-arn', targets, '--attributes'],
        'Key=deregistration_delay.timeout_seconds,Value=0',
      ),
      elb('add-tags', '--resource-arns', balancer, targets, '--tags', 'Key=expires,Value=never'),
      ec2('create-tags', '--resources', vpcId, nodeId, '--tags', 'Key=expires,Value=never'),
    ])
    // The load balancer came first.
    expect(nodes).to.equal('10.240.1.5\t198.18.0.4\trunning\tby-hand\n10.240.1.6\t198.18.0.5\trunning\tby-hand')
    expect(volumes).to.equal(Array<string>(2).fill('20\tgp3\tTrue\tin-use').join('\n'))
    expect(status).to.equal('ok')
    const [interfaceId = '', ...rest] = interfaces.split('\t')
    expect(rest).to.deep.equal(['nodes', '0'])

    await ec2('create-route', ...onTable(tableId, '10.200.1.0/24'), '--network-interface-id', interfaceId)
    const [routes, checked, rules, tags, health] = await Promise.all([
      ec2('describe-route-tables', ...byCluster, '--query', 'RouteTables[0].Routes[].[DestinationCidrBlock,State]'),
      ec2(
        ...['describe-instance-attribute', '--instance-id', nodeId, '--attribute', 'sourceDestCheck'],
        ...['--query', 'SourceDestCheck.Value'],
      ),
      ec2(
        ...['describe-security-group-rules', ...byCluster, '--query'],
        'SecurityGroupRules[?FromPort==`22`].[IpProtocol,CidrIpv4,Description,IsEgress]',
      ),
      ec2('describe-tags', '--filters', 'Name=key,Values=cluster', '--query', 'Tags[].ResourceType'),
      elb(
        ...['describe-target-health', '--target-group-arn', targets, '--query'],
        'TargetHealthDescriptions[].[Target.Port,TargetHealth.State]',
      ),
    ])
    expect(health).to.equal('6443\thealthy\n6443\thealthy')
    expect(routes).to.equal('10.240.0.0/16\tactive\n0.0.0.0/0\tactive\n10.200.1.0/24\tactive')
    expect(checked).to.equal('False')
    expect(rules).to.equal('tcp\t192.0.2.1/32\tthe operator\tFalse')
    expect(new Set(tags.split('\t'))).to.deep.equal(
      new Set([
        ...['vpc', 'subnet', 'internet-gateway', 'route-table', 'security-group', 'security-group-rule', 'key-pair'],
        ...['instance', 'volume', 'network-interface'],
      ]),
    )

    // As when the operator comes from elsewhere, a worker is another machine, and a launch was cut off.
    const [, other = ''] = nodeIds
    const fromThere = {IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{CidrIp: '192.0.2.1/32'}]}
    await Promise.all([
      ec2('describe-network-interfaces', '--filters', `Name=attachment.instance-id,Values=${other}`, ...ID_OF_INTERFACE)
        .then(id => ec2('replace-route', ...onTable(tableId, '10.200.1.0/24'), '--network-interface-id', id))
        .then(() => ec2('delete-route', ...onTable(tableId, '10.200.1.0/24'))),
      ec2(
        ...['revoke-security-group-ingress', '--group-id', groupId],
        ...['--ip-permissions', JSON.stringify([fromThere])],
      ),
      ec2(
        ...['revoke-security-group-egress', '--group-id', groupId],
        ...['--ip-permissions', JSON.stringify([{IpProtocol: '-1', IpRanges: [{CidrIp: '0.0.0.0/0'}]}])],
      ),
      ec2('stop-instances', '--instance-ids', other).then(() => ec2('start-instances', '--instance-ids', other)),
      elb('deregister-targets', '--target-group-arn', targets, '--targets', `Id=${other}`),
      ec2(
        ...['create-volume', '--availability-zone', 'local-1b', '--size', '1', '--encrypted'],
        ...['--query', 'VolumeId'],
      ).then(id => ec2('delete-volume', '--volume-id', id)),
      ec2('create-network-interface', '--subnet-id', subnetId, '--query', 'NetworkInterface.NetworkInterfaceId').then(
        id => ec2('delete-network-interface', '--network-interface-id', id),
      ),
    ])
    const after = await ec2(
      'describe-security-groups',
      '--group-ids',
      groupId,
      '--query',
      'SecurityGroups[0].[IpPermissionsEgress,IpPermissions[].FromPort]',
    )
    expect(after).to.equal('')

    await Promise.all([
      elb('delete-load-balancer', '--load-balancer-arn', balancer).then(() =>
        elb('delete-target-group', '--target-group-arn', targets),
      ),
      ec2('terminate-instances', '--instance-ids', ...nodeIds),
    ])
    await Promise.all([
      elb('wait', 'load-balancers-deleted', '--load-balancer-arns', balancer),
      ec2('wait', 'instance-terminated', '--instance-ids', ...nodeIds),
    ])
    await Promise.all([
      ec2('detach-internet-gateway', '--internet-gateway-id', gatewayId, ...inVpc).then(() =>
        ec2('delete-internet-gateway', '--internet-gateway-id', gatewayId),
      ),
      ec2('delete-security-group', '--group-id', groupId),
      ec2('delete-key-pair', '--key-pair-id', keyId),
      ec2('disassociate-route-table', '--association-id', associationId).then(() =>
        Promise.all([
          ec2('delete-route-table', '--route-table-id', tableId),
          ec2('delete-subnet', '--subnet-id', subnetId),
        ]),
      ),
    ])
    await ec2('delete-vpc', ...inVpc)
    const left = await ec2('describe-tags', '--query', 'Tags[?ResourceType!=`instance`].[ResourceType,ResourceId]')
    expect(left).to.equal('')
    expect(region.errors).to.deep.equal([])
    const steps = calledOperations()
      .filter(({file}) => !file.startsWith('steps/iam/'))
      .map(({action}) => action)
    const changing = steps.filter(action => /^(ec2|elasticloadbalancing):(?!Describe)/.test(action))
    expect(
      [...new Set(changing)].filter(action => !typed.has(action)),
      'not done by hand',
    ).to.deep.equal([])
  })

  it('makes what machines may be, and takes it away', async () => {
    const iam: Aws = (...args) => aws('iam', ...args)
    const document = (statement: object) => JSON.stringify({Version: '2012-10-17', Statement: [statement]})
    const trust = {Effect: 'Allow', Principal: {Service: 'ec2.amazonaws.com'}, Action: 'sts:AssumeRole'}
    const profile = ['--instance-profile-name', 'by-hand']
    const role = ['--role-name', 'by-hand']
    const [policyArn] = await Promise.all([
      iam(
        ...['create-policy', '--policy-name', 'by-hand', '--query', 'Policy.Arn'],
        ...['--policy-document', document({Effect: 'Allow', Action: 'ec2:Describe*', Resource: '*'})],
      ),
      iam('create-role', ...role, '--assume-role-policy-document', document(trust)),
      iam('create-instance-profile', ...profile),
    ])
    await Promise.all([
      iam('attach-role-policy', ...role, '--policy-arn', policyArn),
      iam('add-role-to-instance-profile', ...profile, ...role),
    ])
    const [attached, roles] = await Promise.all([
      iam('list-attached-role-policies', ...role, '--query', 'AttachedPolicies[].PolicyArn'),
      iam('get-instance-profile', ...profile, '--query', 'InstanceProfile.Roles[].RoleName'),
    ])
    expect([attached, roles]).to.deep.equal([policyArn, 'by-hand'])
    await Promise.all([
      iam('detach-role-policy', ...role, '--policy-arn', policyArn).then(() =>
        iam('delete-policy', '--policy-arn', policyArn),
      ),
      iam('remove-role-from-instance-profile', ...profile, ...role).then(() =>
        iam('delete-instance-profile', ...profile),
      ),
    ])
    await iam('delete-role', ...role)
    expect(Object.values(region.store.state.policies)).to.deep.equal([])
    expect(region.errors).to.deep.equal([])
  })

  it('is told what is not served, by its name, and turns pages by itself', async () => {
    const refusal = (...args: readonly string[]): Promise<string> =>
      aws('ec2', ...args).then(
        answer => `answered with ${answer}`,
        (error: unknown) => String(error),
      )
    const vpc = ['create-vpc', '--cidr-block', '10.0.0.0/16']
    const [action, parameter, value, dryRun, types] = await Promise.all([
      refusal('create-nat-gateway', '--subnet-id', 'subnet-0123456789abcdef0', '--connectivity-type', 'private'),
      refusal(...vpc, '--ipv4-ipam-pool-id', 'ipam-pool-0123456789abcdef0'),
      refusal(...vpc, '--instance-tenancy', 'dedicated'),
      refusal(...vpc, '--dry-run'),
      aws(
        ...['ec2', 'describe-instance-types', '--page-size', '20', '--output', 'json'],
        ...['--query', 'length(InstanceTypes)'],
      ),
    ])
    expect(action).to.match(/\(InvalidAction\) .* CreateNatGateway /)
    expect(parameter).to.match(/\(UnknownParameter\) .* Ipv4IpamPoolId /)
    expect(value).to.match(/\(UnsupportedOperation\) .* InstanceTenancy /)
    expect(dryRun).to.contain('(DryRunOperation)')
    expect(types).to.equal(String(INSTANCE_TYPES.length))
    expect(region.store.state.vpcs).to.deep.equal({})
  })
})

const ID_OF_INTERFACE = ['--query', 'NetworkInterfaces[].NetworkInterfaceId']

/** `ec2`, `create-vpc`: `ec2:CreateVpc`, as IAM names it. */
function actionOf(service: string, command: string): string {
  const operation = command.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase())
  return `${service === 'elbv2' ? 'elasticloadbalancing' : service}:${operation}`
}

function onTable(tableId: string, destination: string): string[] {
  return ['--route-table-id', tableId, '--destination-cidr-block', destination]
}
