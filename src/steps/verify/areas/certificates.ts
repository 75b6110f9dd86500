import type {Verdict} from '../../../benchmark/check.js'
import {ENOUGH_DAYS} from '../../../pki/enough-days.js'
import {certificatesOf, type CertificateReport} from '../../certificates/list-certificates.js'
import type {RunContext} from '../../engine/context.js'
import {unfinishedRotations} from '../../keys/rotation.js'
import {untilAborted} from '../../engine/within.js'
import {machinesCure, renewalCure} from '../cures.js'
import type {Area} from './area.js'

/** How long the certificates are good that the nodes have and show; those of one name together, the first to end counts. */
export const CERTIFICATES: Area = {
  title: 'Read its certificates',
  limit: 60_000,

  async look({context, hosts, signal}) {
    const cure = renewalCure(context)
    const {certificates, unread} = await untilAborted(signal, () => certificatesOf(context))
    const silent = unread.map(({node, file, detail}): Verdict => ({
      id: file === undefined ? node : `${node}:${file}`,
      title: file === undefined ? 'The node can be asked' : 'The node has its certificate',
      state: 'FAIL',
      found: file === undefined ? detail : `${file} ${detail}`,
      ...(file !== undefined && {cure}),
      ...(file === undefined && hosts[node] === undefined && {cure: machinesCure(context)}),
    }))
    const names = [...new Set(certificates.map(({name}) => name))]
    return [
      ...silent,
      ...(await rotationVerdicts(context)),
      ...names.map(name =>
        verdictOn(
          name,
          certificates.filter(each => each.name === name),
          cure,
        ),
      ),
    ]
  },
}

/** On keys of which the one that is on its way out is still there: for a while that is as it should be. */
export async function rotationVerdicts({
  spec,
  secrets,
}: Pick<RunContext, 'spec' | 'secrets'>): Promise<readonly Verdict[]> {
  const rotations = await unfinishedRotations({rotating: {}}, secrets)
  return rotations.map(({key, from}) => ({
    id: `${key}-key`,
    title: 'Its rotation is finished',
    state: 'WARN',
    found: `${from} is still there, beside the new one; khw keys rotate ${spec.name} goes on with it`,
  }))
}

/** Of one name, on all nodes. What only khw's own copy says of a node that could not be read is for a person to judge. */
export function verdictOn(name: string, all: readonly CertificateReport[], cure: string): Verdict {
  const first = all.toSorted((a, b) => a.daysLeft - b.daysLeft)[0]
  const daysLeft = first?.daysLeft ?? 0
  const where = [first?.node ?? 'this machine', ...(first?.from === 'api' ? ['as its API server shows it'] : [])]
  const end = `${first?.notAfter.slice(0, 10) ?? ''} (${daysLeft < 0 ? 'it has ended' : `${daysLeft} days`})`
  const ok = daysLeft >= ENOUGH_DAYS
  const found = ok ? `good until ${end}, by ${first?.issuer ?? ''}` : `ends ${end} on ${where.join(', ')}`
  const unread = [...new Set(all.flatMap(({from, node}) => (from === 'khw' && node !== null ? [node] : [])))]
  const title = `Good for ${ENOUGH_DAYS} days at least`
  if (ok && unread.length > 0)
    return {id: name, title, state: 'WARN', found: `not read on ${unread.join(', ')}; as khw made it: ${found}`}
  return ok ? {id: name, title, state: 'PASS', found} : {id: name, title, state: 'FAIL', found, cure}
}
