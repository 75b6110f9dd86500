/** A policy that AWS itself has made (AWS Managed Policy Reference). Every account can attach it; nobody can change it. */
export interface AwsPolicy {
  readonly policyArn: string
  readonly policyName: string
  readonly policyId: string
  readonly document: string
}

const ADMINISTRATOR = [{Effect: 'Allow', Action: '*', Resource: '*'}]

/** What the agent of Systems Manager on an instance needs, and nothing that reads anybody's secrets but parameters. */
const SSM_INSTANCE = [
  {
    Effect: 'Allow',
    Action: [
      'ssm:DescribeAssociation',
      'ssm:DescribeDocument',
      'ssm:GetDeployablePatchSnapshotForInstance',
      'ssm:GetDocument',
      'ssm:GetManifest',
      'ssm:GetParameter',
      'ssm:GetParameters',
      'ssm:ListAssociations',
      'ssm:ListInstanceAssociations',
      'ssm:PutComplianceItems',
      'ssm:PutConfigurePackageResult',
      'ssm:PutInventory',
      'ssm:UpdateAssociationStatus',
      'ssm:UpdateInstanceAssociationStatus',
      'ssm:UpdateInstanceInformation',
    ],
    Resource: '*',
  },
  {
    Effect: 'Allow',
    Action: ['CreateControlChannel', 'CreateDataChannel', 'OpenControlChannel', 'OpenDataChannel'].map(
      name => `ssmmessages:${name}`,
    ),
    Resource: '*',
  },
  {
    Effect: 'Allow',
    Action: ['AcknowledgeMessage', 'DeleteMessage', 'FailMessage', 'GetEndpoint', 'GetMessages', 'SendReply'].map(
      name => `ec2messages:${name}`,
    ),
    Resource: '*',
  },
]

/** Those that this region knows, by ARN. */
export const AWS_POLICIES: Readonly<Record<string, AwsPolicy>> = Object.fromEntries(
  [
    awsPolicy('AdministratorAccess', 'ANPAIWMBCKSKIEE64ZLYK', ADMINISTRATOR),
    awsPolicy('AmazonSSMManagedInstanceCore', 'ANPAIXSHM2BNB2D3AXXRU', SSM_INSTANCE),
  ].map(policy => [policy.policyArn, policy]),
)

function awsPolicy(policyName: string, policyId: string, statements: readonly object[]): AwsPolicy {
  const document = JSON.stringify({Version: '2012-10-17', Statement: statements})
  return {policyArn: `arn:aws:iam::aws:policy/${policyName}`, policyName, policyId, document}
}
