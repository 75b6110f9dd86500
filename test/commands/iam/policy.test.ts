import {fileURLToPath} from 'node:url'
import {captureOutput} from '@oclif/test'
import {expect} from 'chai'
import {operatorPolicy} from '../../../src/aws/permissions/policy.js'
import IamPolicy from '../../../src/commands/iam/policy.js'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))

describe('khw iam policy', () => {
  it('prints a policy document, with --json and without', async () => {
    for (const argv of [[], ['--json']]) {
      const {stdout} = await captureOutput(() => IamPolicy.run(argv, ROOT))
      expect(JSON.parse(stdout)).to.deep.equal(operatorPolicy())
    }
  })

  it('binds it to the regions named, and refuses what is none', async () => {
    const {stdout} = await captureOutput(() => IamPolicy.run(['--region', 'eu-west-1', '--region', 'us-east-1'], ROOT))
    expect(JSON.parse(stdout)).to.deep.equal(operatorPolicy({regions: ['eu-west-1', 'us-east-1']}))
    const {stderr, error} = await captureOutput(() => IamPolicy.run(['--region', 'moon'], ROOT))
    expect(stderr).to.contain('"moon" is not the name of a region')
    expect(error?.oclif?.exit).to.equal(2)
  })
})
