/**
 * The SHA-256 of a file in the text of a checksum file: a bare digest, or lines as `sha256sum` writes them, where the
 * line of the file's name counts. Undefined if it is not in there. Lower case, 64 hex digits.
 */
export function checksumIn(text: string, fileName: string): string | undefined {
  const trimmed = text.trim()
  if (/^[0-9a-f]{64}$/i.test(trimmed)) return trimmed.toLowerCase()
  return checksumLines(text).get(fileName)
}

/** Lines `DIGEST  NAME` or `DIGEST *NAME`, by name without a leading `./`. */
export function checksumLines(text: string): ReadonlyMap<string, string> {
  const lines = new Map<string, string>()
  for (const match of text.matchAll(/^\\?([0-9a-f]{64})[ \t]+\*?(?:\.\/)?(\S.*?)[ \t\r]*$/gim)) {
    lines.set(match[2] ?? '', (match[1] ?? '').toLowerCase())
  }
  return lines
}
