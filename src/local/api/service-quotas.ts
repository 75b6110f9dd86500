import {ApiError} from './api-error.js'
import type {QuotaFaults} from './faults/settings.js'
import {jsonService, requiredText, type Json} from './json-service.js'
import type {Region} from './region.js'
import type {Service} from './service.js'

interface KnownQuota {
  readonly service: 'ec2' | 'vpc' | 'elasticloadbalancing'
  readonly code: string
  readonly name: string
  /** What a new account has at AWS. */
  readonly byDefault: number
  /** The setting that limits it here. */
  readonly setting: keyof QuotaFaults
}

/** Those of AWS's quotas that this region can be told to hold to (Service Quotas User Guide; EC2, VPC and ELB user guides). */
const QUOTAS: readonly KnownQuota[] = [
  {
    service: 'ec2',
    code: 'L-1216C47A',
    name: 'Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances',
    byDefault: 5,
    setting: 'vcpus',
  },
  {
    service: 'ec2',
    code: 'L-34B43A08',
    name: 'All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests',
    byDefault: 5,
    setting: 'spotVcpus',
  },
  {
    service: 'ec2',
    code: 'L-DB2E81BA',
    name: 'Running On-Demand G and VT instances',
    byDefault: 0,
    setting: 'gVcpus',
  },
  {service: 'vpc', code: 'L-93826ACB', name: 'Routes per route table', byDefault: 50, setting: 'routesPerTable'},
  {
    service: 'vpc',
    code: 'L-0EA8095F',
    name: 'Inbound or outbound rules per security group',
    byDefault: 60,
    setting: 'rulesPerGroup',
  },
  {service: 'vpc', code: 'L-F678F1CE', name: 'VPCs per Region', byDefault: 5, setting: 'vpcs'},
  {service: 'vpc', code: 'L-A4707A72', name: 'Internet gateways per Region', byDefault: 5, setting: 'internetGateways'},
  {
    service: 'elasticloadbalancing',
    code: 'L-69A177A2',
    name: 'Network Load Balancers per Region',
    byDefault: 50,
    setting: 'networkLoadBalancers',
  },
  {
    service: 'elasticloadbalancing',
    code: 'L-B22855CB',
    name: 'Target Groups per Region',
    byDefault: 3000,
    setting: 'targetGroups',
  },
  {service: 'vpc', code: 'L-407747CB', name: 'Subnets per VPC', byDefault: 200, setting: 'subnetsPerVpc'},
]

/** What the account has of a quota that was not set: more than a machine can hold. */
const AMPLE = 4096

/** Service Quotas: what the region's quota settings say, and what a new account has at AWS. */
export function serviceQuotas(settings: () => QuotaFaults): Service {
  const applied = (quota: KnownQuota): number => settings()[quota.setting] ?? AMPLE
  return jsonService({
    GetServiceQuota: (input, region) => {
      const quota = quotaOf(input)
      return {Quota: described(quota, applied(quota), region)}
    },
    GetAWSDefaultServiceQuota: (input, region) => {
      const quota = quotaOf(input)
      return {Quota: described(quota, quota.byDefault, region)}
    },
    ListServiceQuotas: (input, region) => ({
      Quotas: quotasOf(input).map(quota => described(quota, applied(quota), region)),
    }),
    ListAWSDefaultServiceQuotas: (input, region) => ({
      Quotas: quotasOf(input).map(quota => described(quota, quota.byDefault, region)),
    }),
    ListServices: () => ({
      Services: Object.entries(SERVICES).map(([ServiceCode, ServiceName]) => ({ServiceCode, ServiceName})),
    }),
  })
}

const SERVICES: Readonly<Record<KnownQuota['service'], string>> = {
  ec2: 'Amazon Elastic Compute Cloud (Amazon EC2)',
  vpc: 'Amazon Virtual Private Cloud (Amazon VPC)',
  elasticloadbalancing: 'Elastic Load Balancing (ELB)',
}

function quotaOf(input: Json): KnownQuota {
  const code = requiredText(input, 'QuotaCode')
  const quota = quotasOf(input).find(candidate => candidate.code === code)
  if (quota !== undefined) return quota
  throw new ApiError(
    'NoSuchResourceException',
    `The request failed because the specified quota ${code} does not exist.`,
  )
}

function quotasOf(input: Json): readonly KnownQuota[] {
  const service = requiredText(input, 'ServiceCode')
  if (Object.hasOwn(SERVICES, service)) return QUOTAS.filter(quota => quota.service === service)
  throw new ApiError('NoSuchResourceException', `The request failed because the service ${service} does not exist.`)
}

function described({service, code, name}: KnownQuota, value: number, region: Region): Json {
  const {region: regionName, accountId} = region.store.state
  return {
    ServiceCode: service,
    ServiceName: SERVICES[service],
    QuotaArn: `arn:aws:servicequotas:${regionName}:${accountId}:${service}/${code}`,
    QuotaCode: code,
    QuotaName: name,
    Value: value,
    Unit: 'None',
    Adjustable: true,
    GlobalQuota: false,
  }
}
