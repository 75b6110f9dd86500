/** What an XML element may hold. An undefined member is left out; an array becomes one child element an entry. */
export type XmlValue = string | number | boolean | undefined | readonly XmlValue[] | XmlElement

export interface XmlElement {
  readonly [name: string]: XmlValue
}

export interface XmlOptions {
  /** The root's `xmlns`. */
  readonly namespace?: string
  /** Name of an array's child elements: `item` in EC2's protocol, `member` in the AWS query protocol. */
  readonly listItem?: 'item' | 'member'
}

/** A whole document with `root` as its outermost element. */
export function renderXml(root: string, content: XmlElement, options: XmlOptions = {}): string {
  const attribute = options.namespace === undefined ? '' : ` xmlns="${escapeXml(options.namespace)}"`
  const inner = renderMembers(content, options.listItem ?? 'item')
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${attribute}>${inner}</${root}>`
}

function renderMembers(content: XmlElement, listItem: string): string {
  return Object.entries(content)
    .map(([name, value]) => renderElement(name, value, listItem))
    .join('')
}

function renderElement(name: string, value: XmlValue, listItem: string): string {
  if (value === undefined) return ''
  const inner = renderValue(value, listItem)
  return inner === '' ? `<${name}/>` : `<${name}>${inner}</${name}>`
}

function renderValue(value: Exclude<XmlValue, undefined>, listItem: string): string {
  if (typeof value !== 'object') return escapeXml(String(value))
  if (isList(value)) return value.map(entry => renderElement(listItem, entry, listItem)).join('')
  return renderMembers(value, listItem)
}

function isList(value: readonly XmlValue[] | XmlElement): value is readonly XmlValue[] {
  return Array.isArray(value)
}

/**
 * Text for an element or an attribute. Characters that XML 1.0 cannot carry at all (section 2.2) become U+FFFD; a carriage return
 * is written as a reference, because parsers turn a bare one into a newline (section 2.11).
 */
export function escapeXml(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/\r/g, '&#13;')
}
