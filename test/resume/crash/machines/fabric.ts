import {parse} from 'yaml'
import type {Fabric, TargetHealth} from '../../../../src/local/fabric.js'
import type {Target} from '../../../../src/local/elb-model.js'
import type {Instance, RegionState} from '../../../../src/local/model.js'
import {ApiServer} from '../kubernetes/api-server.js'
import {Cluster} from '../kubernetes/cluster.js'
import {keysIn} from '../kubernetes/objects.js'
import {Machine} from './machine.js'
import {SshServer} from './ssh-server.js'

interface Running {
  readonly machine: Machine
  readonly cluster: Cluster
  readonly ssh: SshServer
  api?: ApiServer
}

interface CloudConfig {
  readonly hostname: string
  readonly ssh_keys: {readonly ed25519_private: string}
}

/** A region's machines, all in this process: each listens on its own public address. */
export class SimulatedFabric implements Fabric {
  readonly running = new Map<string, Running>()
  /** What went wrong behind khw's back; a trial with anything here has failed. */
  readonly errors: string[] = []
  private readonly clusters = new Map<string, Cluster>()

  /** A machine is healthy as long as its API server listens. */
  targetHealth(_loadBalancerArn: string, _targetGroupArn: string, {id}: Target): Promise<TargetHealth> {
    return Promise.resolve(this.running.get(id)?.api === undefined ? 'initial' : 'healthy')
  }

  async startMachine(state: RegionState, instance: Instance): Promise<void> {
    const config = cloudConfigOf(instance)
    const publicIp = state.networkInterfaces[instance.networkInterfaceId]?.publicIp
    if (config === undefined || publicIp === undefined || this.running.has(instance.instanceId)) return
    const cluster = this.clusterOf(instance.vpcId)
    const keyPair = Object.values(state.keyPairs).find(each => each.keyName === instance.keyName)
    const machine = new Machine(
      {instanceId: instance.instanceId, name: config.hostname, publicIp, authorizedKey: keyPair?.publicKey ?? ''},
      cluster.etcd,
      config.ssh_keys.ed25519_private,
      () => {
        this.unitsChanged(instance.instanceId)
      },
    )
    const ssh = new SshServer(machine)
    cluster.machines.add(machine)
    this.running.set(instance.instanceId, {machine, cluster, ssh})
    await ssh.listen()
  }

  async stopMachine(instanceId: string): Promise<void> {
    const running = this.running.get(instanceId)
    if (!running) return
    this.running.delete(instanceId)
    running.machine.end()
    running.cluster.machines.delete(running.machine)
    await Promise.all([running.ssh.close(), running.api?.close()])
  }

  async removeMachine(instanceId: string): Promise<void> {
    await this.stopMachine(instanceId)
  }

  syncVpc(state: RegionState, vpcId: string): Promise<void> {
    if (state.vpcs[vpcId] === undefined) this.clusters.delete(vpcId)
    return Promise.resolve()
  }

  rebootMachine(): Promise<void> {
    return Promise.reject(new Error('khw reboots nothing'))
  }

  consoleOutput(): Promise<string> {
    return Promise.resolve('')
  }

  /** These machines never end by themselves. */
  onMachineExit(): void {
    return undefined
  }

  private clusterOf(vpcId: string): Cluster {
    const cluster = this.clusters.get(vpcId) ?? new Cluster()
    this.clusters.set(vpcId, cluster)
    return cluster
  }

  /** Each API server writes and signs: what one of the others then does not understand is an error. */
  private useKeys({objects, etcd, machines}: Cluster): void {
    const all = [...machines].flatMap(({identity, apiKeys}) => (apiKeys ? [{name: identity.name, ...apiKeys}] : []))
    for (const {name, encryption} of all)
      objects.put(`/api/v1/namespaces/default/secrets/by-${name}`, {kind: 'Secret', metadata: {name}}, encryption[0])
    for (const {name, encryption, verifies} of all) {
      for (const key of keysIn(etcd.values))
        if (!encryption.includes(key)) this.errors.push(`I11: ${name} cannot read what is encrypted with ${key}`)
      for (const other of all)
        if (!verifies.includes(other.signs)) this.errors.push(`I11: ${name} refuses tokens that ${other.name} signs`)
    }
  }

  private unitsChanged(instanceId: string): void {
    const running = this.running.get(instanceId)
    if (!running?.machine.units.has('kube-apiserver.service')) return
    this.useKeys(running.cluster)
    if (running.api) {
      running.api.reload()
      return
    }
    running.api = new ApiServer(running.machine, running.cluster)
    running.api.listen().catch((error: unknown) => this.errors.push(String(error)))
  }
}

/** Undefined for a machine that is not khw's: nobody will talk to it. */
function cloudConfigOf({userData}: Instance): CloudConfig | undefined {
  const text = Buffer.from(userData ?? '', 'base64').toString('utf8')
  return text.startsWith('#cloud-config\n') ? (parse(text) as CloudConfig) : undefined
}
