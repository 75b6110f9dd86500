import {buildArgs, buildFlags, buildUsage} from '../ui/build-flags.js'
import type {DoctorReport} from '../steps/doctor.js'
import {AwsCommand} from '../ui/aws-command.js'

export default class Doctor extends AwsCommand {
  static override summary = 'Look whether a cluster could be created, and make nothing'
  static override description = `Takes the flags of khw create and looks at everything that could be in the way of such a cluster, all of it at once: who you are and for how long, permissions (each call that changes something is tried with EC2's DryRun), quotas against what is in use and what is planned, instance types by zone, the image, the name, address ranges, your own public address, this machine's clock, and the sites where the binaries come from.

khw create looks at the same before it makes anything. Exits with 1 if something is in the way.`
  static override examples = [
    '<%= config.bin %> doctor --provider aws --region eu-central-1 --controllers 3 --workers 3',
    '<%= config.bin %> doctor --provider local --json',
  ]
  static override usage = `doctor ${buildUsage}`
  static override enableJsonFlag = true
  static override args = buildArgs
  static override flags = buildFlags

  async run(): Promise<DoctorReport> {
    const {args, flags} = await this.parse(Doctor)
    const {requestOf} = await import('../ui/create-flags.js')
    const {doctor} = await import('../steps/doctor.js')
    const {doctorReport} = await import('../ui/doctor-report.js')
    const {signal} = new AbortController()
    const report = await doctor({home: await this.home(), request: requestOf(flags, args), signal})
    this.log(doctorReport(report, {style: await this.style(), columns: process.stdout.columns || 80}))
    if (!report.ok) this.failQuietly()
    return report
  }
}
