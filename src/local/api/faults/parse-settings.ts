import {fields, flag, integer, list, oneOf, positive, text, wrong, type Reader} from './fields.js'
import type {BootFault, CallFault, FaultSettings, Occurrence} from './settings.js'

const DAY = 86_400_000
const MOST = 1_000_000

const milliseconds = integer(0, DAY)
const count = integer(1, MOST)
const occurrence = {nth: count, every: count, times: count}

const errorAnswer = fields({code: text}, {status: integer(400, 599), message: text})

const callFields = fields(
  {
    action: text,
    when: oneOf('before', 'after'),
    how: (value, path) => (value === 'drop' ? value : dropOrError(value, path)),
  },
  occurrence,
)

const bootFields = fields(
  {},
  {name: text, delay: milliseconds, fail: fields({}, {code: text, message: text}), ...occurrence},
)

const settings: Reader<FaultSettings> = fields(
  {},
  {
    latency: oneOf('none', 'ec2'),
    visibility: fields({}, {byId: milliseconds, byTag: milliseconds}),
    throttle: fields(
      {},
      {
        always: flag,
        buckets: list(fields({action: text, capacity: integer(0, MOST), refillPerSecond: positive}, {})),
      },
    ),
    calls: list(callFault),
    capacity: list(
      fields(
        {},
        {
          zone: text,
          instanceType: text,
          code: oneOf('InsufficientInstanceCapacity', 'Unsupported', 'InsufficientFreeAddressesInSubnet'),
        },
      ),
    ),
    lingering: milliseconds,
    quotas: fields(
      {},
      {
        vpcs: integer(0, MOST),
        internetGateways: integer(0, MOST),
        subnetsPerVpc: integer(0, MOST),
        routesPerTable: integer(0, MOST),
        rulesPerGroup: integer(0, MOST),
        securityGroups: integer(0, MOST),
        instances: integer(0, MOST),
        vcpus: integer(0, MOST),
        gVcpus: integer(0, MOST),
        spotInstances: integer(0, MOST),
        spotVcpus: integer(0, MOST),
        networkLoadBalancers: integer(0, MOST),
        targetGroups: integer(0, MOST),
      },
    ),
    boots: list(bootFault),
    enforceIam: flag,
    interruptions: list(fields({name: text}, {noticeMilliseconds: milliseconds, times: count})),
  },
)

/** Settings out of JSON, checked to the last field. Throws USAGE, which names the first field that is wrong. */
export function parseFaultSettings(value: unknown): FaultSettings {
  return settings(value, '')
}

/** As `parseFaultSettings`, from the text of a file. */
export function parseFaultSettingsText(content: string): FaultSettings {
  let value: unknown
  try {
    value = JSON.parse(content)
  } catch {
    throw wrong('', 'are not JSON')
  }
  return parseFaultSettings(value)
}

function callFault(value: unknown, path: string): CallFault {
  const fault = callFields(value, path)
  checkOccurrence(fault, path)
  return fault
}

function dropOrError(value: unknown, path: string): CallFault['how'] {
  if (typeof value === 'string') throw wrong(path, 'must be "drop" or an object with a code', value)
  return errorAnswer(value, path)
}

function bootFault(value: unknown, path: string): BootFault {
  const fault = bootFields(value, path)
  checkOccurrence(fault, path)
  if (fault.delay === undefined && fault.fail === undefined) throw wrong(path, 'must have delay or fail, or both')
  return fault
}

function checkOccurrence({nth, every}: Occurrence, path: string): void {
  if (nth !== undefined && every !== undefined) throw wrong(path, 'must not have both nth and every')
}
