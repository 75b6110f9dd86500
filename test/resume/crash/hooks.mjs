/**
 * Loaded into khw's process (`node --import`) before khw itself: knows where the process may be killed, and kills it
 * there. Plain JavaScript, as it runs beside the built product and is not compiled.
 *
 * KHW_CRASH_POINT  id of the point at which this process ends by SIGKILL
 * KHW_CRASH_RECORD file to which a line of JSON `{"id", "step"}` is added for each point that was passed
 * KHW_CRASH_HOLD  steps, separated by commas, that stop for good before their next call or remote command: steps run at
 *                 the same time, and these are to be killed in a later run
 *
 * Points of one run are named by what is done, not by a counter: steps run at the same time, in changing order.
 *
 *     create/CreateSubnet/network/subnet/2/sent        before the call is sent
 *     create/CreateSubnet/network/subnet/2/committed   the region has done it; the answer is withheld
 *     create/CreateSubnet/network/subnet/2/answered    after the answer, before anything is recorded
 *     create/ssh/node/configure/worker-1/apply/before  and /after: round a remote command
 *     create/journal/network/subnet/2/done/before      and /after: round a write of the journal
 */
import {AsyncLocalStorage} from 'node:async_hooks'
import {appendFileSync} from 'node:fs'
import {createRequire} from 'node:module'
import {commandKind} from './command-kind.mjs'

const require = createRequire(import.meta.url)
const command = process.argv[2]
const target = process.env.KHW_CRASH_POINT
const record = process.env.KHW_CRASH_RECORD
const held = new Set(process.env.KHW_CRASH_HOLD?.split(','))
const passed = new Set()
/** The step on whose behalf code runs. */
const currentStep = new AsyncLocalStorage()

if (target !== undefined || record !== undefined) {
  const {Journal} = await import('../../../dist/steps/engine/journal.js')
  const {SshConnection} = await import('../../../dist/ssh/connection.js')
  hookJournal(Journal.prototype)
  hookSsh(SshConnection.prototype)
  hookAws(require('@aws-sdk/client-ec2').EC2.prototype)
  hookAws(require('@aws-sdk/client-elastic-load-balancing-v2').ElasticLoadBalancingV2.prototype)
}

/** The process ends here if this is the point. Only the first time that it is passed counts: what polls repeats itself. */
function point(id, step) {
  if (id === target) die()
  note(id, step)
}

/** Does not return for a step that is held. */
async function hold(step) {
  if (held.has(step)) await new Promise(() => undefined)
}

function note(id, step) {
  if (record === undefined || passed.has(id)) return
  passed.add(id)
  appendFileSync(record, `${JSON.stringify({id, step})}\n`)
}

function die() {
  process.kill(process.pid, 'SIGKILL')
  // Nothing of this process may happen any more until the signal is there.
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
}

function hookJournal(prototype) {
  wrap(
    prototype,
    'record',
    original =>
      function (stepId, entry) {
        // Everything the step does from here on is done on its behalf.
        if (entry.status === 'running') currentStep.enterWith(stepId)
        const id = `${command}/journal/${stepId}/${entry.status}`
        // A journal with `running` in it and nothing else done is the journal of a call that was not sent.
        if (entry.status === 'running') return original.call(this, stepId, entry)
        point(`${id}/before`, stepId)
        const result = original.call(this, stepId, entry)
        point(`${id}/after`, stepId)
        return result
      },
  )
  for (const name of ['beginRotation', 'finishRotation']) {
    wrap(
      prototype,
      name,
      original =>
        function (value) {
          point(`${command}/journal/${name}/before`, '')
          const result = original.call(this, value)
          point(`${command}/journal/${name}/after`, '')
          return result
        },
    )
  }
  for (const name of ['setIntent', 'setComplete']) {
    wrap(
      prototype,
      name,
      original =>
        function (value) {
          const id = `${command}/journal/${name}-${value}`
          point(`${id}/before`, '')
          const result = original.call(this, value)
          point(`${id}/after`, '')
          return result
        },
    )
  }
}

function hookSsh(prototype) {
  wrap(
    prototype,
    'exec',
    original =>
      async function (text, options) {
        const step = currentStep.getStore() ?? ''
        const on = step.endsWith(`/${this.target.name}`) ? '' : `-on-${this.target.name}`
        const id = `${command}/ssh/${step}/${commandKind(text)}${on}`
        await hold(step)
        point(`${id}/before`, step)
        const result = await original.call(this, text, options)
        point(`${id}/after`, step)
        return result
      },
  )
}

function hookAws(prototype) {
  const hooked = new WeakSet()
  /** What was described: the step that made a resource, by its id. */
  const makers = new Map()
  wrap(
    prototype,
    'send',
    original =>
      function (...args) {
        if (!hooked.has(this)) {
          hooked.add(this)
          this.middlewareStack.add(learnMakers(makers), {step: 'initialize', name: 'crashLearn'})
          this.middlewareStack.add(crashInCall(makers), {step: 'deserialize', priority: 'low', name: 'crashPoints'})
        }
        return original.apply(this, args)
      },
  )
}

/** Runs once an attempt, next to the wire. */
function crashInCall(makers) {
  return (next, context) => async args => {
    const action = context.commandName.replace(/Command$/, '')
    // What only asks changes nothing, and a trial is no more than a question.
    if (/^(Describe|Get)/.test(action) || args.input.DryRun === true) return next(args)
    const step = currentStep.getStore() ?? makerOf(args.input, makers)
    const label = labelOf(action, args.input)
    const id = `${command}/${action}/${step}${label === '' ? '' : `/${label}`}`
    await hold(step)
    point(`${id}/sent`, step)
    // The region sees to this one: it ends the process when the call has been done, and does not answer.
    const isTarget = `${id}/committed` === target
    if (isTarget) args.request.headers['x-crash-pid'] = String(process.pid)
    // One that can only be told to drop the connection then leaves the end to the process itself.
    const result = await next(args).catch(error => (isTarget ? die() : Promise.reject(error)))
    if (result.response.statusCode === 200) {
      note(`${id}/committed`, step)
      point(`${id}/answered`, step)
    }
    return result
  }
}

/** A step opens many ports with the same action. */
function labelOf(action, input) {
  if (action !== 'AuthorizeSecurityGroupIngress') return ''
  const [rule] = input.IpPermissions
  const why = [...(rule.IpRanges ?? []), ...(rule.UserIdGroupPairs ?? [])][0]?.Description ?? ''
  const slug = why.replace(/[^A-Za-z0-9]+/g, '-').toLowerCase()
  return [rule.IpProtocol === '-1' ? 'all' : rule.IpProtocol, rule.FromPort, slug]
    .filter(part => part !== undefined)
    .join('-')
}

const IDS = {
  Vpcs: 'VpcId',
  Subnets: 'SubnetId',
  InternetGateways: 'InternetGatewayId',
  RouteTables: 'RouteTableId',
  SecurityGroups: 'GroupId',
  KeyPairs: 'KeyPairId',
  NetworkInterfaces: 'NetworkInterfaceId',
  Volumes: 'VolumeId',
}

function learnMakers(makers) {
  return next => async args => {
    const result = await next(args)
    for (const [list, idField] of Object.entries(IDS)) {
      for (const item of result.output[list] ?? []) {
        const step = item.Tags?.find(tag => tag.Key === 'khw:step')?.Value
        if (step !== undefined) makers.set(item[idField], step)
      }
    }
    for (const {ResourceArn, Tags} of result.output.TagDescriptions ?? [])
      makers.set(ResourceArn, Tags.find(tag => tag.Key === 'khw:step')?.Value)
    for (const table of result.output.RouteTables ?? [])
      for (const each of table.Associations ?? [])
        makers.set(each.RouteTableAssociationId, `${makers.get(each.SubnetId) ?? 'unknown'}`)
    return result
  }
}

/** A destroy has no steps: what a call is about is named by what it names. */
function makerOf(input, makers) {
  const field = ['AssociationId', 'InternetGatewayId', 'LoadBalancerArn', 'TargetGroupArn', ...Object.values(IDS)].find(
    name => input[name] !== undefined,
  )
  return field === undefined ? 'all' : (makers.get(input[field]) ?? 'unknown')
}

function wrap(prototype, name, wrapper) {
  const original = prototype[name]
  if (typeof original !== 'function')
    throw new Error(`the crash hooks find no method ${name}: adapt them to the product`)
  prototype[name] = wrapper(original)
}
