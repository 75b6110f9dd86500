import {Args, Flags} from '@oclif/core'
import {KhwCommand} from '../../ui/khw-command.js'
import type {FaultSettings} from '../../local/api/faults/settings.js'

// Lines are short and not indented: what prints them breaks long ones and takes indents away.
const DESCRIPTION = `FILE holds the settings as one JSON object; they replace those before.
A region that runs sees them within a second, and they end with it.
All fields are optional; times are milliseconds; names may have * and ?

Launches, boots, calls and load balancers that take as long as on EC2:
"latency": "ec2"

How long a new resource is not seen by its id, and in lists:
"visibility": {"byId": 2000, "byTag": 8000}

EC2's own token buckets ({}), others, or "always": true:
"throttle": {"buckets":
[{"action": "Describe*", "capacity": 10, "refillPerSecond": 0.5}]}

The nth call of an action or every so many, at most so many times, before
or after it is done; dropped, or answered with an error (of services other
than EC2: "sts:GetCallerIdentity"):
"calls": [{"action": "CreateVpc", "nth": 1, "when": "after", "how": "drop"},
{"action": "*", "every": 5, "times": 3, "when": "before",
"how": {"code": "InternalError", "status": 500, "message": "Sorry"}}]

Unsupported, InsufficientInstanceCapacity (the default) or
InsufficientFreeAddressesInSubnet, in a zone, of a type, or everywhere:
"capacity": [{"zone": "local-1a", "instanceType": "t3.*"},
{"instanceType": "m5.large", "code": "Unsupported"}]

How long interfaces of terminated instances are in the way of deletions:
"lingering": 30000

VpcLimitExceeded, InstanceLimitExceeded, VcpuLimitExceeded and so on:
"quotas": {"vpcs": 5, "internetGateways": 5, "subnetsPerVpc": 200,
"routesPerTable": 50, "securityGroups": 60, "rulesPerGroup": 60,
"instances": 20, "vcpus": 32, "gVcpus": 8, "spotInstances": 10,
"spotVcpus": 64, "networkLoadBalancers": 50, "targetGroups": 3000}

Boots that are slow, fail, or are slow and then fail:
"boots": [{"name": "worker-*", "nth": 1, "delay": 60000},
{"name": "db", "times": 1, "fail": {"code": "Client.VolumeLimitExceeded"}}]

Spot instances that are taken back, with a notice in their metadata:
"interruptions": [{"name": "web", "noticeMilliseconds": 120000, "times": 1}]

Users and roles of the region's IAM may do what their policies allow only:
"enforceIam": true`

export default class LocalFaults extends KhwCommand {
  static override summary = 'Show or set what goes wrong in the local region, to rehearse a bad day of EC2.'
  static override description = DESCRIPTION
  static override examples = [
    '<%= config.bin %> <%= command.id %> bad-day.json',
    '<%= config.bin %> <%= command.id %> --json',
    '<%= config.bin %> <%= command.id %> --clear',
    '<%= config.bin %> <%= command.id %> --enforce-iam',
  ]
  static override enableJsonFlag = true
  static override args = {
    file: Args.string({description: 'Settings as JSON; without it, those of now are shown.'}),
  }
  static override flags = {
    clear: Flags.boolean({summary: 'Let nothing go wrong any more.'}),
    'enforce-iam': Flags.boolean({
      allowNo: true,
      exclusive: ['clear'],
      summary: 'Let users and roles do only what their IAM policies allow; the other settings stay.',
    }),
  }

  async run(): Promise<FaultSettings> {
    const {args, flags} = await this.parse(LocalFaults)
    const {clearFaults, readFaults, readSettingsFrom, writeFaults} = await import('../../local/daemon/faults-file.js')
    const home = await this.home()
    if (flags.clear) {
      if (args.file !== undefined) {
        const {usageError} = await import('../../ui/usage-error.js')
        throw usageError('Faults are either set or cleared.', ['Leave the file away: khw local faults --clear'])
      }
      await clearFaults(home)
    } else if (args.file !== undefined) await writeFaults(home, await readSettingsFrom(args.file))
    // It is not there if neither it nor its opposite was said.
    if (Object.hasOwn(flags, 'enforce-iam'))
      await writeFaults(home, {...(await readFaults(home)), enforceIam: flags['enforce-iam']})
    const settings = await readFaults(home)
    const isQuiet = Object.keys(settings).length === 0
    this.log(isQuiet ? 'Nothing is set to go wrong in the local region.' : JSON.stringify(settings, undefined, 2))
    return settings
  }
}
