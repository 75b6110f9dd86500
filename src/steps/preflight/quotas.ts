import {awsCommand} from '../../aws/command-line.js'
import {KhwError} from '../../errors.js'
import type {Check} from './check.js'
import {NETWORK_QUOTAS} from './network-quotas.js'
import {limitOf} from './quota.js'
import {VCPU_QUOTAS} from './vcpu-quotas.js'

const INCREASE = 'service-quotas request-service-quota-increase'

/** One check a quota: what is in use and what is planned must fit. */
export const quotas: readonly Check[] = [...VCPU_QUOTAS, ...NETWORK_QUOTAS].map(quota => ({
  name: `quota: ${quota.name}`,
  signedIn: true,
  optional: true,
  ...(quota.concerns && {concerns: ({spec}) => quota.concerns?.(spec) === true}),

  async run(context) {
    const [limit, used, planned] = await Promise.all([
      limitOf(quota, context),
      quota.used(context),
      quota.planned(context),
    ])
    const detail = `${planned} more besides ${used} in use, of ${limit}`
    if (planned === 0 || used + planned <= limit) return {detail}
    const {region} = context.access
    const why = `The quota of ${quota.name} in ${region} is ${limit}, of which ${used} are in use; the plan needs ${planned} more`
    const fixes: [string, string] = [
      `Ask for more: ${awsCommand(`${INCREASE} --service-code ${quota.service} --quota-code ${quota.code} --desired-value ${used + planned}`, region)}`,
      quota.instead,
    ]
    if (quota.otherwise !== undefined) return {detail: `${why}: ${quota.otherwise}.`, fix: fixes.join('\n')}
    throw new KhwError('AWS_QUOTA', `${why}.`, fixes)
  },
}))
