import {ApiError} from '../api-error.js'
import type {Parameters} from '../parameters.js'
import {limitExceeded} from './names.js'
import {parsePolicy, type PolicyKind} from './policy-document.js'

/** Reads a policy document, as it was sent. Throws MalformedPolicyDocument. */
export function policyText(parameters: Parameters, name: string, kind: PolicyKind = 'identity'): string {
  const text = parameters.required(name)
  if (!/^[\t\n\r\x20-\xff]+$/.test(text))
    throw new ApiError('MalformedPolicyDocument', 'The policy contains characters that a policy cannot have.')
  parsePolicy(text, kind)
  return text
}

/** Characters as IAM counts them: without white space. */
export function policyLength(text: string): number {
  return text.replace(/\s/g, '').length
}

/** Throws LimitExceeded, in IAM's words. */
export function checkLength(what: string, length: number, most: number): void {
  if (length > most) throw limitExceeded(`Cannot exceed quota for ${what}: ${most}`)
}

/** A document as IAM answers with it: encoded as in a URL (RFC 3986). */
export function encodedPolicy(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
