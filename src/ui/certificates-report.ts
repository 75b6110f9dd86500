import {ENOUGH_DAYS} from '../pki/enough-days.js'
import type {CertificateReport, CertificatesReport} from '../steps/certificates/list-certificates.js'
import {marked, next, rotation, rotationIsDue, type ReportOptions} from './status-report.js'
import type {Style} from './style.js'
import {table} from './table.js'
import {clip, wrap} from './text.js'

/** What `khw certs list` prints for people, at most 80 columns wide: a row for each certificate, however many nodes have it. */
export function certificatesReport(report: CertificatesReport, {style, columns, now}: ReportOptions): string {
  const {name, certificates, unread, rotating} = report
  const nodes = new Set(certificates.flatMap(({node}) => node ?? []))
  const rows = grouped(certificates).map(group => row(name, group, nodes, style))
  const marks = unread.map(({node, file, detail}) => {
    const text =
      file === undefined ? `${node} could not be read; * is khw's own copy: ${detail}` : `${node}: ${file} ${detail}`
    const [head = '', ...rest] = wrap(text, columns - 4)
    return [`${style.yellow('!')} ${head}`, ...rest.map(line => `  ${line}`)].join('\n')
  })
  const headings = ['NAME', 'NODE', 'ISSUER', 'ENDS (UTC)', 'DAYS']
  const short = certificates.filter(({daysLeft}) => daysLeft < ENOUGH_DAYS)
  if (short.length > 0) marks.push(`${style.red('✖')} ${ends(short)}`)
  if (rotating) marks.push(marked(style.yellow('!'), `Old keys: ${rotation(rotating, now)}`, columns))
  const commands = [
    ...(short.length > 0 ? [`khw certs renew ${name}`] : []),
    ...(rotationIsDue(now, rotating) ? [`khw keys rotate ${name}`] : []),
  ]
  return [table(headings, rows, style), marks.join('\n'), next(commands, style)]
    .filter(part => part !== '')
    .join('\n\n')
}

/** Why the command fails. */
function ends(short: readonly CertificateReport[]): string {
  const ended = short.filter(({daysLeft}) => daysLeft < 0).length
  const soon = short.length - ended
  const parts = [
    ...(ended > 0 ? [`${ended} ${ended === 1 ? 'has' : 'have'} ended`] : []),
    ...(soon > 0 ? [`${soon} ${soon === 1 ? 'ends' : 'end'} within ${ENOUGH_DAYS} days`] : []),
  ]
  return `Of the certificates, ${parts.join(' and ')}`
}

/** The same certificate under the same name. */
function grouped(certificates: readonly CertificateReport[]): readonly (readonly CertificateReport[])[] {
  const groups = new Map<string, CertificateReport[]>()
  for (const each of certificates) {
    const key = JSON.stringify([each.name, each.fingerprint, each.from, each.node === null])
    groups.set(key, [...(groups.get(key) ?? []), each])
  }
  return [...groups.values()]
}

function row(
  cluster: string,
  group: readonly CertificateReport[],
  all: ReadonlySet<string>,
  style: Style,
): readonly string[] {
  const [{name, issuer, notAfter, daysLeft, from}] = group as readonly [CertificateReport]
  const left = daysLeft < 0 ? 'ended' : String(daysLeft)
  return [
    from === 'api' ? `${name} (served)` : name,
    holders(group, all),
    clip(issuer.replace(`khw ${cluster} `, ''), 14),
    notAfter.slice(0, 16).replace('T', ' '),
    `${daysLeft < ENOUGH_DAYS ? style.red(left) : left}${from === 'khw' && group[0]?.node !== null ? '*' : ''}`,
  ]
}

/** `worker-1`, `controllers`, `all nodes`: none is wider than a name. */
function holders(group: readonly CertificateReport[], all: ReadonlySet<string>): string {
  const names = group.flatMap(({node}) => node ?? [])
  if (names.length === 0) return 'here'
  if (names.length === 1) return names[0] ?? ''
  if (names.length === all.size) return 'all nodes'
  const roles = new Set(names.map(role))
  const of = (wanted: string): number => [...all].filter(node => role(node) === wanted).length
  const [only = ''] = roles
  return roles.size === 1 && names.length === of(only) ? `${only}s` : `${names.length} nodes`
}

function role(node: string): string {
  return node.replace(/-\d+$/, '')
}
