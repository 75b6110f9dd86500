import {Args} from '@oclif/core'
import type {CertificatesReport} from '../../steps/certificates/list-certificates.js'
import {AwsCommand} from '../../ui/aws-command.js'

export default class List extends AwsCommand {
  static override summary = 'List the certificates of a cluster, and when each ends'
  static override description =
    'Reads them on the nodes, over SSH, and asks the API servers what they show; changes nothing. Of a node that cannot ' +
    "be reached khw's own copies are listed, with a mark. Exits with 1 if one ends within 7 days, or if a node or a " +
    'certificate could not be read. Without NAME: the only cluster.'
  static override examples = ['<%= config.bin %> certs list', '<%= config.bin %> certs list lab --json']
  static override enableJsonFlag = true
  static override args = {
    name: Args.string({description: 'name of the cluster', ignoreStdin: true}),
  }

  async run(): Promise<CertificatesReport> {
    const {args} = await this.parse(List)
    const {listCertificates} = await import('../../steps/certificates/list-certificates.js')
    const name = args.name === undefined ? {} : {name: args.name}
    const report = await listCertificates({home: await this.home(), ...name, signal: new AbortController().signal})
    const {certificatesReport} = await import('../../ui/certificates-report.js')
    const columns = process.stdout.columns || 80
    this.log(certificatesReport(report, {style: await this.style(), columns, now: Date.now()}))
    if (!report.ok) this.failQuietly()
    return report
  }
}
