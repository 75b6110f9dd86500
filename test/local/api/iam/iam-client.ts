import type {IAM} from '@aws-sdk/client-iam'
import type {STS} from '@aws-sdk/client-sts'
import type {EC2} from '@aws-sdk/client-ec2'
import {CREDENTIALS, present, type TestRegion} from '../test-region.js'

export interface Identity {
  readonly credentials: {readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string}
  readonly ec2: EC2
  readonly iam: IAM
  readonly sts: STS
}

/** Clients of the region that do not retry, of its root unless other credentials are given. */
export async function identity(
  {endpoint}: Pick<TestRegion, 'endpoint'>,
  credentials: Identity['credentials'] = CREDENTIALS,
): Promise<Identity> {
  const [{IAM}, {STS}, {EC2}] = await Promise.all([
    import('@aws-sdk/client-iam'),
    import('@aws-sdk/client-sts'),
    import('@aws-sdk/client-ec2'),
  ])
  const config = {endpoint, region: 'local-1', credentials, maxAttempts: 1}
  return {credentials, ec2: new EC2(config), iam: new IAM(config), sts: new STS(config)}
}

/** A user with a key and with this policy attached. */
export async function userWith(
  region: Pick<TestRegion, 'endpoint'>,
  userName: string,
  policy?: object,
): Promise<Identity> {
  const {iam} = await identity(region)
  await iam.createUser({UserName: userName})
  if (policy !== undefined) {
    const made = await iam.createPolicy({PolicyName: `${userName}-policy`, PolicyDocument: JSON.stringify(policy)})
    await iam.attachUserPolicy({UserName: userName, PolicyArn: present(made.Policy?.Arn)})
  }
  const {AccessKey} = await iam.createAccessKey({UserName: userName})
  return identity(region, {
    accessKeyId: present(AccessKey?.AccessKeyId),
    secretAccessKey: present(AccessKey?.SecretAccessKey),
  })
}
