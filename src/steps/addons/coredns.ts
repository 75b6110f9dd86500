import {corednsObjects} from '../../templates/coredns.js'
import type {Addresses} from '../compute/addresses.js'
import type {Rbac} from '../control-plane/rbac.js'
import {defineStep, type Step} from '../engine/step.js'

type CorednsNeeds = {
  readonly addresses: Addresses
  readonly rbac: Rbac
}

export type Coredns = Step<{objects: number}, CorednsNeeds>

/** Cluster DNS, where its image can be had. */
export function coredns(addresses: Addresses, rbac: Rbac): Coredns {
  return defineStep<{objects: number}, CorednsNeeds>({
    id: 'addons/coredns',
    phase: 'addons',
    title: 'Install CoreDNS',
    needs: {addresses, rbac},

    async create({spec, artifacts, kubernetes}, needs) {
      const {coredns: image} = artifacts.images
      if (image === undefined) return {objects: 0}
      const api = await kubernetes(needs.addresses.publicIps, 'admin')
      const objects = corednsObjects(spec, image)
      for (const object of objects) await api.apply(object)
      return {objects: objects.length}
    },
  })
}
