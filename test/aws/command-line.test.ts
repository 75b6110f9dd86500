import {expect} from 'chai'
import {awsCommand} from '../../src/aws/command-line.js'
import {suggestionLines} from '../../src/ui/error-report.js'

describe('a call for the AWS command line', () => {
  it('names its region, but for IAM, which is in none', () => {
    expect(awsCommand('ec2 describe-vpcs', 'eu-central-1')).to.equal('aws ec2 describe-vpcs --region eu-central-1')
    expect(awsCommand('iam list-users', 'eu-central-1')).to.equal('aws iam list-users')
  })

  it('takes endpoint and credentials of the local region along, and leaves none in the shell', () => {
    const local = awsCommand('ec2 describe-vpcs', 'local-1')
    expect(local).to.equal('(eval "$(khw local env)" && aws --endpoint-url "$AWS_ENDPOINT_URL" ec2 describe-vpcs)')
    expect(suggestionLines(`See which there are: ${local}`, 40)).to.deep.equal(['See which there are:', `  ${local}`])
  })
})
