/** Reading what `ip -j` says of a namespace; unknown fields are ignored, malformed answers are bugs of iproute2. */

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function records(json: string): Record<string, unknown>[] {
  const parsed: unknown = JSON.parse(json.trim() === '' ? '[]' : json)
  return Array.isArray(parsed) ? parsed.filter(isRecord) : []
}

function text(record: Record<string, unknown>, key: string): string | undefined {
  const value = record[key]
  return typeof value === 'string' ? value : undefined
}

function flags(record: Record<string, unknown>): unknown[] {
  return Array.isArray(record.flags) ? record.flags : []
}

export interface Link {
  readonly name: string
  readonly up: boolean
}

/** Of `ip -j link`. */
export function parseLinks(json: string): Link[] {
  return records(json).map(record => ({name: text(record, 'ifname') ?? '', up: flags(record).includes('UP')}))
}

/** Addresses with prefix length on one link, of `ip -j -4 addr show`. */
export function parseAddresses(json: string, link: string): string[] {
  return records(json)
    .filter(record => record.ifname === link)
    .flatMap(record => (Array.isArray(record.addr_info) ? record.addr_info.filter(isRecord) : []))
    .map(info => `${text(info, 'local') ?? ''}/${Number(info.prefixlen)}`)
}

/** Rules as arguments of `ip rule add`, of `ip -j rule`; without the kernel's own three. */
export function parseRules(json: string): string[] {
  return records(json)
    .filter(({priority}) => typeof priority === 'number' && priority > 0 && priority < 32766)
    .map(record =>
      [
        `pref ${Number(record.priority)}`,
        ...('not' in record ? ['not'] : []),
        ...(text(record, 'fwmark') === undefined ? [] : [`fwmark ${Number(text(record, 'fwmark'))}`]),
        ...(text(record, 'iif') === undefined ? [] : [`iif ${text(record, 'iif')}`]),
        text(record, 'action') ?? `lookup ${text(record, 'table') ?? ''}`,
      ].join(' '),
    )
}

/**
 * Routes as arguments of `ip route replace`, by what identifies them (arguments of `ip route del`); of
 * `ip -j -4 route show table all`, without the kernel's own.
 */
export function parseRoutes(json: string): Map<string, string> {
  const routes = new Map<string, string>()
  for (const record of records(json)) {
    const table = text(record, 'table') ?? 'main'
    if (table === 'local' || record.protocol === 'kernel') continue
    const key = `${text(record, 'dst') ?? ''} table ${table}`
    const type = text(record, 'type')
    const gateway = text(record, 'gateway')
    const target = [
      ...(gateway === undefined ? [] : [`via ${gateway}`]),
      `dev ${text(record, 'dev') ?? ''}`,
      ...(flags(record).includes('onlink') ? ['onlink'] : []),
    ].join(' ')
    routes.set(key, type === undefined ? `${text(record, 'dst') ?? ''} ${target} table ${table}` : `${type} ${key}`)
  }
  return routes
}
