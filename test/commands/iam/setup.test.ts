import {fileURLToPath} from 'node:url'
import {captureOutput} from '@oclif/test'
import {expect} from 'chai'
import IamRemove from '../../../src/commands/iam/remove.js'
import IamSetup from '../../../src/commands/iam/setup.js'
import {identity} from '../../local/api/iam/iam-client.js'
import {CREDENTIALS, testRegion, type TestRegion} from '../../local/api/test-region.js'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const ARN = 'arn:aws:iam::123456789012:policy/khw-operator'

describe('khw iam setup and khw iam remove', () => {
  let region: TestRegion
  const before = {...process.env}

  // As with any AWS tool, the environment says who and where.
  beforeEach(async () => {
    region = await testRegion()
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: region.endpoint,
      AWS_REGION: 'local-1',
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    })
    const {iam} = await identity(region)
    await iam.createUser({UserName: 'eve'})
  })
  afterEach(async () => {
    process.env = {...before}
    await region.close()
  })

  it('say what they are going to do and what they did', async () => {
    const made = await captureOutput(() => IamSetup.run(['--user', 'eve', '--yes'], ROOT))
    expect(made.stderr).to.match(/^As arn:aws:iam::123456789012:root, in account 123456789012, khw is going to\n/)
    expect(made.stderr).to.contain('  - create the policy khw-operator\n').and.contain('Done: attach the policy')
    expect(made.stdout).to.contain('The user eve may run khw now.')
    const again = await captureOutput(() => IamSetup.run(['--user', 'eve', '--json'], ROOT))
    expect(JSON.parse(again.stdout)).to.deep.equal({policyArn: ARN, holder: 'user eve', changes: []})
    const removed = await captureOutput(() => IamRemove.run(['--yes', '--json'], ROOT))
    expect(JSON.parse(removed.stdout)).to.deep.equal({
      policyArn: ARN,
      changes: ['detach the policy khw-operator from the user eve', 'delete the policy khw-operator'],
    })
    const nothing = await captureOutput(() => IamRemove.run([], ROOT))
    expect(nothing.stdout).to.contain('There is no policy of khw in account 123456789012.')
  })

  it('change nothing without an answer', async () => {
    const {stderr, error} = await captureOutput(() => IamSetup.run(['--user', 'eve'], ROOT))
    expect(error?.oclif?.exit).to.equal(2)
    expect(stderr).to.contain('--user eve --yes')
    const {iam} = await identity(region)
    expect((await iam.listPolicies({Scope: 'Local'})).Policies).to.deep.equal([])
  })

  it('refuse a root who names nobody, and both a user and a role', async () => {
    const {stderr, error} = await captureOutput(() => IamSetup.run(['--yes'], ROOT))
    expect(error?.oclif?.exit).to.equal(2)
    expect(stderr).to.contain('khw iam setup --user NAME')
    const both = await captureOutput(() => IamSetup.run(['--user', 'a', '--role', 'b', '--yes'], ROOT))
    expect(both.error?.oclif?.exit).to.equal(2)
  })
})
