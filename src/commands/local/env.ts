import {Flags} from '@oclif/core'
import {KhwCommand} from '../../ui/khw-command.js'

interface RegionEnvironment {
  readonly endpoint: string
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly imageId: string
}

export default class LocalEnv extends KhwCommand {
  static override summary = 'Print what other EC2 clients need to use the local region, as shell exports.'
  static override description =
    'Starts the region where it does not run; an empty one ends by itself after half a minute without a call. An AWS command line older than 2.13, such as that of Debian 12, needs --endpoint-url "$AWS_ENDPOINT_URL".'
  static override examples = [
    'eval "$(<%= config.bin %> <%= command.id %>)"',
    'aws --endpoint-url "$AWS_ENDPOINT_URL" ec2 describe-vpcs',
    '<%= config.bin %> <%= command.id %> --json',
  ]
  static override enableJsonFlag = true
  static override flags = {
    yes: Flags.boolean({char: 'y', summary: 'Set up this machine without asking, where something is missing.'}),
  }

  async run(): Promise<RegionEnvironment> {
    const {flags} = await this.parse(LocalEnv)
    const {regionEnvironment} = await import('../../local/provider.js')
    const environment = await regionEnvironment(await this.home(), {
      assumeYes: flags.yes,
      onProgress: text => {
        process.stderr.write(`${text}\n`)
      },
    })
    const {endpoint, region, accessKeyId, secretAccessKey} = environment
    const variables = {
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: region,
      // Python's SDK knows it by this name only.
      AWS_DEFAULT_REGION: region,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
    }
    for (const [name, value] of Object.entries(variables)) this.log(`export ${name}='${value}'`)
    return environment
  }
}
