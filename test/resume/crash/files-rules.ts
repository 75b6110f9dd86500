import {existsSync, readdirSync, readFileSync, statSync} from 'node:fs'
import {join, relative} from 'node:path'

/** What must hold of a cluster's directory after a complete create, beside that its journal can be read. */
export function brokenFileRules(directory: string): string[] {
  const broken: string[] = []
  const journal = join(directory, 'journal.json')
  // What a killed writer leaves behind is a copy, of a secret perhaps.
  const left = readdirSync(directory, {recursive: true, encoding: 'utf8'}).filter(path =>
    /\.tmp-|^lock|stale|(^|\/)\./.test(path),
  )
  if (left.length > 0) broken.push(`I5: left behind: ${left.join(', ')}`)
  for (const path of [directory, journal, ...privatePaths(join(directory, 'secrets'))]) {
    if ((statSync(path).mode & 0o077) !== 0) broken.push(`I5: ${relative(directory, path)} can be read by others`)
  }
  return broken
}

/** Where parts of the cluster's private keys turn up in texts that others may see, by the texts' names. */
export function leakedSecrets(directory: string, texts: Readonly<Record<string, string>>): string[] {
  const needles = privatePaths(join(directory, 'secrets')).flatMap(path =>
    statSync(path).isFile() ? needlesOf(readFileSync(path, 'utf8')) : [],
  )
  if (needles.length === 0) return ['I7: no private key was found to look for']
  return Object.entries(texts)
    .filter(([, text]) => text.includes('PRIVATE KEY') || needles.some(needle => text.includes(needle)))
    .map(([name]) => `I7: ${name} shows a private key`)
}

/** Lines of a private key that are that key's alone: the first ones of OpenSSH's format are the same for all. */
function needlesOf(text: string): string[] {
  const keys = text.replaceAll('\\n', '\n').matchAll(/-----BEGIN ([A-Z ]*)PRIVATE KEY-----\n([\s\S]*?)\n-----END/g)
  return [...keys].flatMap(([, kind = '', body = '']) => {
    const lines = body.split('\n').map(line => line.trim())
    return (kind.startsWith('OPENSSH') ? lines.slice(2) : lines.slice(0, 1)).filter(line => line.length > 30)
  })
}

function privatePaths(directory: string): string[] {
  if (!existsSync(directory)) return []
  const entries = readdirSync(directory, {recursive: true, withFileTypes: true})
  return [directory, ...entries.map(entry => join(entry.parentPath, entry.name))]
}
