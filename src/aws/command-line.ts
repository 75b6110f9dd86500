import {LOCAL_REGION} from '../cluster/provider.js'

/**
 * A call as AWS's own command line makes it in that region: `ec2 describe-vpcs`. Of the local region it needs endpoint and
 * credentials, which it is given for this call alone; that of before 2.13 looks for no endpoint by itself.
 */
export function awsCommand(call: string, region: string): string {
  if (region === LOCAL_REGION) return `(eval "$(khw local env)" && aws --endpoint-url "$AWS_ENDPOINT_URL" ${call})`
  // IAM is in no region.
  return call.startsWith('iam ') ? `aws ${call}` : `aws ${call} --region ${region}`
}
