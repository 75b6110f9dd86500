import {Args, Flags} from '@oclif/core'
import {KhwCommand} from '../../ui/khw-command.js'
import type {FaultSettings} from '../../local/api/faults/settings.js'

const DESCRIPTION = `FILE holds the settings as JSON. They replace those before within a second, and end with the region.

Every field is optional; durations are milliseconds; names may have * and ?:

{
  "visibility": {"byId": 2000, "byTag": 8000},
  "throttle": {"buckets": [{"action": "Describe*", "capacity": 10, "refillPerSecond": 1}]},
  "calls": [
    {"action": "CreateVpc", "nth": 1, "when": "after", "how": "drop"},
    {"action": "*", "every": 5, "times": 3, "when": "before", "how": {"code": "InternalError", "status": 500}}
  ],
  "capacity": [{"zone": "local-1a", "instanceType": "t3.*", "code": "InsufficientInstanceCapacity"}],
  "lingering": 30000,
  "quotas": {"vpcs": 5, "internetGateways": 5, "subnetsPerVpc": 200, "securityGroups": 60, "instances": 20, "vcpus": 32, "spotInstances": 10},
  "boots": [
    {"name": "worker-*", "nth": 1, "delay": 60000},
    {"name": "worker-2", "times": 1, "fail": {"code": "Client.VolumeLimitExceeded"}}
  ],
  "interruptions": [{"name": "worker-1", "noticeMilliseconds": 120000, "times": 1}]
}

visibility: how long a new resource is not seen by its id, and in lists.
throttle: {} for EC2's own token buckets, other buckets, or "always": true.
calls: the nth of an action or every so many, at most so many times: dropped or answered with an error, before or after it is done.
capacity: InsufficientInstanceCapacity, Unsupported or InsufficientFreeAddressesInSubnet.
lingering: how long interfaces of terminated instances are in the way of deletions.
quotas: VpcLimitExceeded, InstanceLimitExceeded, VcpuLimitExceeded and so on.
boots: slow, failing, or first one and then the other.
interruptions: of spot instances, with a notice in their metadata.`

export default class LocalFaults extends KhwCommand {
  static override summary = 'Show or set what goes wrong in the local region, to rehearse a bad day of EC2.'
  static override description = DESCRIPTION
  static override examples = [
    '<%= config.bin %> <%= command.id %> bad-day.json',
    '<%= config.bin %> <%= command.id %> --json',
    '<%= config.bin %> <%= command.id %> --clear',
  ]
  static override enableJsonFlag = true
  static override args = {
    file: Args.string({description: 'Settings as JSON; without it, those of now are shown.'}),
  }
  static override flags = {
    clear: Flags.boolean({summary: 'Let nothing go wrong any more.'}),
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
    const settings = await readFaults(home)
    const isQuiet = Object.keys(settings).length === 0
    this.log(isQuiet ? 'Nothing is set to go wrong in the local region.' : JSON.stringify(settings, undefined, 2))
    return settings
  }
}
