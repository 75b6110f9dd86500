import {Etcd} from '../machines/etcd.js'
import type {Machine} from '../machines/machine.js'
import {Objects} from './objects.js'

/** What the machines of one VPC make up together. */
export class Cluster {
  readonly etcd = new Etcd()
  readonly objects = new Objects(this.etcd)
  readonly machines = new Set<Machine>()

  /** A kubelet that runs registers its node, and says it is Ready. */
  registerNodes(): void {
    for (const {identity, units} of this.machines) {
      const path = `/api/v1/nodes/${identity.name}`
      if (!units.has('kubelet.service') || this.objects.has(path)) continue
      this.objects.put(path, nodeOf(identity.name))
    }
  }
}

function nodeOf(name: string) {
  const conditions = [
    {type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status'},
  ]
  return {apiVersion: 'v1', kind: 'Node', metadata: {name}, status: {conditions}}
}
