import {CLUSTER_ID_TAG, STEP_TAG} from '../../../src/aws/tags.js'
import type {MutatingCall} from './region.js'

/** Actions that make something each time they succeed, but for a client token or a name that says otherwise. */
const MAKING = /^(Create|Run|Import|Authorize|Attach|Associate)/
/** Of these, the ones whose resource can be tagged in the call. */
const TAGGED =
  /^(CreateVpc|CreateSubnet|CreateInternetGateway|CreateRouteTable|CreateSecurityGroup|ImportKeyPair|RunInstances|CreateLoadBalancer|CreateTargetGroup|CreateListener)$/

/**
 * What must hold of all mutating calls of a trial up to the complete create. `planned` is how many an undisturbed create
 * makes: a crash may cost what was in flight a second call, and no more.
 */
export function brokenCallRules(calls: readonly MutatingCall[], planned: number): string[] {
  const broken: string[] = []
  if (calls.length > planned * 2) broken.push(`I8: ${calls.length} mutating calls, where ${planned} were planned`)
  const made = new Map<string, string>()
  const inputs = new Map<string, string>()
  for (const call of calls) {
    const {action, parameters, status} = call
    const token = parameters.get('ClientToken') ?? elbKey(call)
    const input = inputOf(call)
    if (token !== undefined) {
      const earlier = inputs.get(`${action} ${token}`)
      if (earlier !== undefined && earlier !== input)
        broken.push(`I10: ${action} with the token ${token} of another input`)
      inputs.set(`${action} ${token}`, input)
    }
    if (TAGGED.test(action) && !tagsOf(parameters).has(CLUSTER_ID_TAG))
      broken.push(`I9: ${action} without the cluster's tag`)
    if (status !== 200 || !MAKING.test(action)) continue
    const what = `${action} ${tagsOf(parameters).get(STEP_TAG) ?? input}`
    const earlier = made.get(what)
    if (earlier !== undefined && (token === undefined || earlier !== token)) broken.push(`I2: ${what} was done twice`)
    made.set(what, token ?? '')
  }
  return broken
}

/** By what ELB knows a resource when it is asked for a second time, and answers with the first (API Reference: idempotent). */
function elbKey({action, parameters}: MutatingCall): string | undefined {
  if (action === 'CreateListener') return `${parameters.get('LoadBalancerArn') ?? ''} ${parameters.get('Port') ?? ''}`
  return /^Create(LoadBalancer|TargetGroup)$/.test(action) ? parameters.get('Name') : undefined
}

/** Everything that was asked but the token it was asked under. */
function inputOf({parameters}: MutatingCall): string {
  const entries = [...parameters].filter(([name]) => name !== 'ClientToken')
  return JSON.stringify(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}

function tagsOf(parameters: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const tags = new Map<string, string>()
  for (const [name, key] of parameters) {
    if (/^(TagSpecification\.\d+\.Tag|Tags\.member)\.\d+\.Key$/.test(name))
      tags.set(key, parameters.get(name.replace(/Key$/, 'Value')) ?? '')
  }
  return tags
}
