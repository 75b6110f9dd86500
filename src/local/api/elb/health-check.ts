import type {HealthCheck} from '../../elb-model.js'
import {ApiError} from '../api-error.js'
import type {Parameters} from '../parameters.js'
import type {XmlElement} from '../xml.js'

/** Seconds that a check may take unless said, as Network Load Balancers have it. */
const TIMEOUT = {TCP: 10, HTTP: 6, HTTPS: 10} as const

/** The fields of a health check that a call names. Throws ValidationError and others. */
export function healthCheckChanges(parameters: Parameters): Partial<HealthCheck> {
  const enabled = parameters.flag('HealthCheckEnabled')
  if (enabled === false)
    throw new ApiError('InvalidConfigurationRequest', "Health checks can be disabled for target type 'lambda' only")
  const protocol = parameters.optional('HealthCheckProtocol')
  const port = parameters.optional('HealthCheckPort')
  const path = parameters.optional('HealthCheckPath')
  const matcherGroup = parameters.group('Matcher')
  const matcher = matcherGroup?.optional('HttpCode')
  if (protocol !== undefined && protocol !== 'TCP' && protocol !== 'HTTP' && protocol !== 'HTTPS')
    throw new ApiError('ValidationError', `Health check protocol '${protocol}' must be one of TCP, HTTP, HTTPS`)
  if (port !== undefined && port !== 'traffic-port') checkPort('Health check port', Number(port))
  if (path !== undefined && (!path.startsWith('/') || path.length > 1024))
    throw new ApiError('ValidationError', `Health check path '${path}' must begin with a '/' character`)
  if (matcher !== undefined) statusRanges(matcher)
  const changes = {
    protocol,
    port,
    path,
    matcher,
    intervalSeconds: ranged(parameters, 'HealthCheckIntervalSeconds', 5, 300),
    timeoutSeconds: ranged(parameters, 'HealthCheckTimeoutSeconds', 2, 120),
    healthyThreshold: ranged(parameters, 'HealthyThresholdCount', 2, 10),
    unhealthyThreshold: ranged(parameters, 'UnhealthyThresholdCount', 2, 10),
  }
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined))
}

/** A whole health check out of what was and what is to be different. Throws ValidationError. */
export function healthCheckWith(before: Partial<HealthCheck>, changes: Partial<HealthCheck>): HealthCheck {
  const {protocol = 'TCP', ...rest} = {...before, ...changes}
  const common = {
    protocol,
    port: rest.port ?? 'traffic-port',
    intervalSeconds: rest.intervalSeconds ?? 30,
    timeoutSeconds: rest.timeoutSeconds ?? TIMEOUT[protocol],
    healthyThreshold: rest.healthyThreshold ?? 5,
    unhealthyThreshold: rest.unhealthyThreshold ?? 2,
  }
  if (protocol !== 'TCP') return {...common, path: rest.path ?? '/', matcher: rest.matcher ?? '200-399'}
  if (changes.path !== undefined)
    throw new ApiError(
      'InvalidConfigurationRequest',
      'Health check path is not supported for health check protocol TCP',
    )
  if (changes.matcher !== undefined)
    throw new ApiError('InvalidConfigurationRequest', 'Matcher is not supported for health check protocol TCP')
  return common
}

/** `200,300-399` as ranges. Throws ValidationError. */
export function statusRanges(matcher: string): [number, number][] {
  return matcher.split(',').map(part => {
    const [, first = '', last = first] = /^(\d{3})(?:-(\d{3}))?$/.exec(part) ?? []
    if (first === '' || Number(first) < 200 || Number(last) > 599 || Number(first) > Number(last))
      throw new ApiError('ValidationError', `Health check matcher HTTP code '${matcher}' must be within '200-599'`)
    return [Number(first), Number(last)]
  })
}

export function checkPort(what: string, port: number): void {
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new ApiError('ValidationError', `${what} '${port}' must be between 1 and 65535`)
}

export function describeHealthCheck(check: HealthCheck): XmlElement {
  return {
    HealthCheckProtocol: check.protocol,
    HealthCheckPort: check.port,
    HealthCheckEnabled: true,
    HealthCheckIntervalSeconds: check.intervalSeconds,
    HealthCheckTimeoutSeconds: check.timeoutSeconds,
    HealthyThresholdCount: check.healthyThreshold,
    UnhealthyThresholdCount: check.unhealthyThreshold,
    HealthCheckPath: check.path,
    ...(check.matcher === undefined ? {} : {Matcher: {HttpCode: check.matcher}}),
  }
}

function ranged(parameters: Parameters, name: string, least: number, most: number): number | undefined {
  const value = parameters.integer(name)
  if (value !== undefined && (value < least || value > most))
    throw new ApiError('ValidationError', `${name} '${value}' must be between ${least} and ${most}`)
  return value
}
