import {Parameters} from '../../parameters.js'
import type {Touched} from './touched.js'

/** A call of STS as policies see it: AssumeRole is about the role, everything else about nothing. */
export function stsAccess(operation: string, form: URLSearchParams): readonly Touched[] {
  const parameters = Parameters.fromQueryForm(form)
  const role = operation === 'AssumeRole' ? parameters.optional('RoleArn') : undefined
  const values = {'sts:RoleSessionName': role === undefined ? undefined : parameters.optional('RoleSessionName')}
  return [{action: `sts:${operation}`, resource: role ?? '*', values, known: []}]
}
