import {typesOf} from '../../cluster/machines.js'
import {refusedSpec} from '../../cluster/refused-spec.js'
import type {Check} from './check.js'

/** MiB in which etcd and the control plane, or a kubelet with its pods, are at ease. */
const LEAST_MEMORY = 1_900

/** That the types of the machines exist, are offered where the subnets are, are of one architecture, and large enough. */
export const machines: Check = {
  name: 'machines',
  signedIn: true,

  async run({facts, spec}) {
    const {problems, types} = await facts.machines()
    if (problems.length > 0) throw refusedSpec(problems)
    const roles = [
      [spec.controllers, 'controller'],
      [spec.workers, 'worker'],
    ] as const
    const detail = roles.map(
      ([count, role]) => `${count} ${role}${count === 1 ? '' : 's'} of ${typesOf(spec, role)[0]}`,
    )
    const small = roles.filter(
      ([, role]) => (types.get(typesOf(spec, role)[0])?.memoryMib ?? LEAST_MEMORY) < LEAST_MEMORY,
    )
    if (small.length === 0) return {detail: detail.join(', ')}
    return {
      detail: `${detail.join(', ')}: with so little memory they will be slow, or fail`,
      fix: small.map(([, role]) => `Better: --${role}-type t3.medium`).join('\n'),
    }
  },
}
