import {createPrivateKey} from 'node:crypto'
import {readdirSync, readFileSync} from 'node:fs'
import {join, relative} from 'node:path'

/** Below this, a piece of text may turn up somewhere by chance. */
const SHORTEST = 24

/** A secret of a cluster, and every text that gives it away. */
export interface Secret {
  /** The file it is in, below the cluster's secrets. */
  readonly file: string
  readonly forms: readonly string[]
}

/** All that a directory of secrets holds; certificates and public keys are none. */
export function secretsBelow(directory: string): readonly Secret[] {
  return readdirSync(directory, {recursive: true, withFileTypes: true})
    .filter(entry => entry.isFile() && !/\.(crt|pub)$/.test(entry.name))
    .map(entry => join(entry.parentPath, entry.name))
    .map(path => ({file: relative(directory, path), forms: formsIn(readFileSync(path, 'utf8'))}))
}

/** The forms of one secret that is a text of its own, such as a password. */
export function formsOf(text: string): readonly string[] {
  return [text, encodeURIComponent(text), ...base64Forms(Buffer.from(text))]
}

/** Which secrets a text shows. */
export function shownIn(text: string, secrets: readonly Secret[]): readonly string[] {
  // What is left is little, so that looking for many forms in a long log does not take long.
  const words = (text.match(/[A-Za-z0-9+/=_%-]{24,}/g) ?? []).join('\n')
  return secrets.filter(({forms}) => forms.some(form => words.includes(form))).map(({file}) => file)
}

function formsIn(content: string): string[] {
  const launch = /"UserData":"([^"]*)"/.exec(content)?.[1]
  const text = launch === undefined ? content : Buffer.from(launch, 'base64').toString('utf8')
  const keys = [...text.matchAll(/-----BEGIN ([A-Z ]*)PRIVATE KEY-----\n([\s\S]*?)-----END/g)]
  // A text without a private key is those by which etcd's content is encrypted: one, or each below a line with its name.
  const lines = text.split('\n').filter(line => line !== '' && !line.startsWith('#'))
  if (keys.length === 0)
    return lines.flatMap(line => [line, ...bytesForms(Buffer.from(line, 'base64')), ...formsOf(line)])
  return keys.flatMap(([, kind = '', body = '']) => privateKeyForms(kind.trim(), body))
}

function privateKeyForms(kind: string, body: string): string[] {
  const lines = body.split('\n').map(line => line.trim())
  // The first lines of OpenSSH's format are the same for all keys; the last ones of PKCS #8 are the public half.
  const own = (kind === 'OPENSSH' ? lines.slice(2) : lines.slice(0, 2)).filter(line => line.length >= SHORTEST)
  return [...own.flatMap(formsOf), ...(kind === 'OPENSSH' ? [] : bytesForms(privateNumber(lines.join(''))))]
}

function privateNumber(pkcs8: string): Buffer {
  const key = createPrivateKey({key: Buffer.from(pkcs8, 'base64'), format: 'der', type: 'pkcs8'})
  return Buffer.from(key.export({format: 'jwk'}).d ?? '', 'base64url')
}

function bytesForms(bytes: Buffer): string[] {
  if (bytes.length < SHORTEST) throw new RangeError(`${bytes.length} bytes are too few to be a key`)
  return [bytes.toString('hex'), bytes.toString('hex').toUpperCase(), ...base64Forms(bytes)]
}

/** As it looks inside something that is in base64 as a whole, wherever in there it begins; for URLs too. */
function base64Forms(bytes: Buffer): string[] {
  const wholes = [0, 1, 2].map(before => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64')
    // The characters at both ends have a part in what is beside it.
    return text.slice(before === 0 ? 0 : before + 1).replace(/.{2}=*$/, '')
  })
  return wholes.flatMap(form => [form, form.replaceAll('+', '-').replaceAll('/', '_'), encodeURIComponent(form)])
}
