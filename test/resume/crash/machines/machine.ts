import {parse} from 'yaml'
import {keyIdOf} from '../../../../src/pki/keys.js'
import type {SshKeyPair} from '../../../../src/ssh/keys.js'
import type {Etcd, MemberFlags} from './etcd.js'

export interface StoredFile {
  readonly content: Buffer
  readonly mode: string
  readonly owner: string
}

/** What an API server works with since it was last started; the first of the names is the key that it encrypts with. */
export interface ApiKeys {
  readonly encryption: readonly string[]
  /** Ids: of the key that signs tokens, and of those that verify them. */
  readonly signs: string
  readonly verifies: readonly string[]
}

/** What a machine was launched as. */
export interface MachineIdentity {
  readonly instanceId: string
  readonly name: string
  readonly publicIp: string
  /** What the EC2 key pair lets in. */
  readonly authorizedKey: string
}

/**
 * A machine as far as khw's commands can tell: files in memory, units that run or do not, its own host key. It shows
 * whether a create was resumed rightly. It says nothing about clusters: nothing of Kubernetes runs on it.
 */
export class Machine {
  readonly files = new Map<string, StoredFile>()
  /** Running units: the digest of what they were last started with. */
  readonly units = new Map<string, string>()
  /** The host key it drew itself, until and after sshd serves with it. */
  readonly keys: {next?: SshKeyPair} = {}
  /** Of its API server; undefined before it was first started. */
  apiKeys: ApiKeys | undefined
  /** Id of the programs that it has. */
  fetched: string | undefined
  /** Every command it was given, as everybody on the node could see it in the process list. */
  readonly commands: string[] = []
  private memberId: string | undefined
  private down = false

  constructor(
    readonly identity: MachineIdentity,
    readonly etcd: Etcd,
    /** OpenSSH private key file that sshd serves with. */
    public hostKey: string,
    /** Told whenever units were started or restarted. */
    private readonly onUnits: (machine: Machine) => void,
  ) {}

  get hasEtcdData(): boolean {
    return this.memberId !== undefined
  }

  get etcdHealthy(): boolean {
    return !this.down && this.etcd.healthy(this.memberId)
  }

  text(path: string): string {
    const file = this.files.get(path)
    if (!file) throw new Error(`${this.identity.name} has no ${path}`)
    return file.content.toString('utf8')
  }

  /** Starts or restarts a unit, as systemd does without waiting: what fails here is a unit that has failed. */
  start(unit: string, digest: string): void {
    if (this.fetched === undefined) throw new Error(`${unit} has no program to run on ${this.identity.name}`)
    if (unit === 'etcd.service') {
      if (this.memberId !== undefined) this.etcd.stop(this.memberId)
      this.memberId = this.etcd.start(memberFlags(this.text(`/etc/systemd/system/${unit}`)), this.memberId)
    }
    if (unit === 'kube-apiserver.service') this.apiKeys = this.readApiKeys()
    this.units.set(unit, digest)
  }

  private readApiKeys(): ApiKeys {
    const {resources} = parse(this.text('/etc/kubernetes/encryption-config.yaml')) as {
      resources: {providers: Record<string, {keys: {name: string}[]}>[]}[]
    }
    const providers = resources.flatMap(each => each.providers).flatMap(each => Object.values(each))
    const pems = this.text('/etc/kubernetes/pki/sa.pub').match(/-----BEGIN[^-]*-----[^-]*-----END[^-]*-----/g) ?? []
    return {
      encryption: providers.flatMap(({keys}) => keys.map(({name}) => name)),
      signs: keyIdOf(this.text('/etc/kubernetes/pki/sa.key')),
      verifies: pems.map(keyIdOf),
    }
  }

  unitsChanged(): void {
    this.onUnits(this)
  }

  /** The machine ends: what ran on it is gone. */
  end(): void {
    this.down = true
    this.units.clear()
    if (this.memberId !== undefined) this.etcd.stop(this.memberId)
  }
}

function memberFlags(unit: string): MemberFlags {
  const flag = (name: string): string => {
    const value = new RegExp(`--${name}=(\\S+)`).exec(unit)?.[1]
    if (value === undefined) throw new Error(`etcd.service has no --${name}`)
    return value
  }
  const pairs = flag('initial-cluster').split(',')
  return {
    name: flag('name'),
    peerUrl: flag('initial-advertise-peer-urls'),
    clientUrl: flag('advertise-client-urls'),
    initialState: flag('initial-cluster-state'),
    initialCluster: new Map(pairs.map(pair => pair.split('=') as [string, string])),
  }
}
