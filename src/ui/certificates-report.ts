import {rotationIsDue} from '../cluster/report.js'
import {ENOUGH_DAYS} from '../pki/enough-days.js'
import type {CertificateReport, CertificatesReport} from '../steps/certificates/list-certificates.js'
import {rotation} from './old-keys.js'
import {marked, next, type ReportOptions} from './report-lines.js'
import type {Style} from './style.js'
import {table} from './table.js'
import {clip, wrap} from './text.js'

/** What `khw certs list` prints for people, on one screen of 80x24 for 3+3: by who has them, and one row for what is alike on all. */
export function certificatesReport(report: CertificatesReport, {style, columns, now}: ReportOptions): string {
  const {name, certificates, unread, rotating} = report
  const rows = rowsOf(name, certificates, style)
  const marks = unread.map(({node, file, detail}) => {
    const text =
      file === undefined ? `${node} could not be read; * is khw's own copy: ${detail}` : `${node}: ${file} ${detail}`
    const [head = '', ...rest] = wrap(text, columns - 4)
    return [`${style.yellow('!')} ${head}`, ...rest.map(line => `  ${line}`)].join('\n')
  })
  const headings = ['NODE', 'NAME', 'ISSUER', 'ENDS (UTC)', 'DAYS']
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

/** Who has it is said in the first of its rows. */
function rowsOf(
  cluster: string,
  certificates: readonly CertificateReport[],
  style: Style,
): readonly (readonly string[])[] {
  const nodes = [...new Set(certificates.flatMap(({node}) => node ?? []))]
  const groups = grouped(certificates).map(group => ({group, holder: holderOf(group, nodes)}))
  const sorted = groups.sort((a, b) => a.holder.rank - b.holder.rank)
  const nodesOf = (group: readonly CertificateReport[] = []): string => group.map(({node}) => node).join()
  return sorted.map(({group, holder}, i) => [
    i > 0 && nodesOf(group) === nodesOf(sorted[i - 1]?.group) ? '' : holder.name,
    ...cells(cluster, group, style),
  ])
}

/** What nodes of a role have under the same name and ends as soon; of authorities, which have to be the same, only the same. */
function grouped(certificates: readonly CertificateReport[]): readonly (readonly CertificateReport[])[] {
  const groups = new Map<string, CertificateReport[]>()
  for (const each of certificates) {
    const {name, issuer, from, daysLeft, fingerprint, node} = each
    const holder = isAuthority(each) ? [fingerprint, node === null] : [node && role(node)]
    const key = JSON.stringify([name, issuer, from, Math.max(-1, daysLeft), ...holder])
    groups.set(key, [...(groups.get(key) ?? []), each])
  }
  return [...groups.values()]
}

function isAuthority({name}: CertificateReport): boolean {
  return name === 'ca' || name.endsWith('-ca')
}

function cells(cluster: string, group: readonly CertificateReport[], style: Style): readonly string[] {
  const [first] = [...group].sort((a, b) => a.notAfter.localeCompare(b.notAfter)) as [CertificateReport]
  const {name, node, issuer, notAfter, daysLeft, from} = first
  const left = daysLeft < 0 ? 'ended' : String(daysLeft)
  return [
    from === 'api' ? `${name} (served)` : name,
    clip(issuer.replace(`khw ${cluster} `, ''), 14),
    notAfter.slice(0, 16).replace('T', ' '),
    `${daysLeft < ENOUGH_DAYS ? style.red(left) : left}${from === 'khw' && node !== null ? '*' : ''}`,
  ]
}

/** `worker-1`, `controllers`, `all nodes`: none is wider than a name. What all have comes first, what is here last. */
function holderOf(group: readonly CertificateReport[], all: readonly string[]): {name: string; rank: number} {
  const names = group.flatMap(({node}) => node ?? [])
  const [first] = names
  if (first === undefined) return {name: 'here', rank: all.length + 1}
  if (names.length === all.length && all.length > 1) return {name: 'all nodes', rank: -1}
  const ofRole = all.filter(node => role(node) === role(first))
  const rank = all.indexOf(first)
  const isWhole = names.length === ofRole.length && names.every(name => ofRole.includes(name))
  // Before what one of them has alone.
  if (isWhole && names.length > 1) return {name: `${role(first)}s`, rank: all.indexOf(ofRole[0] ?? first) - 0.5}
  return {name: names.length === 1 ? first : `${names.length} nodes`, rank}
}

function role(node: string): string {
  return node.replace(/-\d+$/, '')
}
