import {randomBytes} from 'node:crypto'

interface Member {
  readonly id: string
  /** Empty for one that was added and has not run yet. */
  name: string
  readonly peerUrl: string
  clientUrl: string
  alive: boolean
}

/** The flags of a member that matter to its cluster. */
export interface MemberFlags {
  readonly name: string
  readonly peerUrl: string
  readonly clientUrl: string
  readonly initialState: string
  /** Peer URLs by name. */
  readonly initialCluster: ReadonlyMap<string, string>
}

/** etcd as the machines of one VPC share it: who is a member, who runs, and what is stored. Stored values outlive members. */
export class Etcd {
  readonly values = new Map<string, Buffer>()
  private readonly members = new Map<string, Member>()

  /**
   * A member starts. With its own data it goes on as who it was. Otherwise it forms the cluster or joins it, by etcd's
   * rules; throws where etcd would refuse and exit. Returns the member's id, which is what its data directory holds.
   */
  start(flags: MemberFlags, knownId: string | undefined): string {
    if (knownId !== undefined) {
      const member = this.members.get(knownId)
      if (!member) throw new Error('the member has been permanently removed from the cluster')
      member.alive = true
      return knownId
    }
    if (flags.initialState === 'new' && this.members.size === 0) {
      for (const [name, peerUrl] of flags.initialCluster) this.add(name, peerUrl)
    }
    const member = [...this.members.values()].find(each => each.peerUrl === flags.peerUrl)
    if (!member) throw new Error(`member ${flags.name} is not in the cluster`)
    if (member.clientUrl !== '') throw new Error(`member ${member.id} has already been bootstrapped`)
    if (flags.initialState === 'existing' && !this.hasQuorum()) throw new Error('no quorum to join')
    Object.assign(member, {name: flags.name, clientUrl: flags.clientUrl, alive: true})
    return member.id
  }

  stop(id: string): void {
    const member = this.members.get(id)
    if (member) member.alive = false
  }

  /** Whether this member serves linearised reads. */
  healthy(id: string | undefined): boolean {
    return id !== undefined && this.members.get(id)?.alive === true && this.hasQuorum()
  }

  /** As `etcdctl member list` prints it. */
  list(): string {
    return [...this.members.values()]
      .map(
        m =>
          `${m.id}, ${m.clientUrl === '' ? 'unstarted' : 'started'}, ${m.name}, ${m.peerUrl}, ${m.clientUrl}, false\n`,
      )
      .join('')
  }

  remove(id: string): void {
    if (!this.members.delete(id)) throw new Error('etcdserver: member not found')
  }

  /** A member that is to come: it has no name until it runs. */
  expect(peerUrl: string): void {
    if ([...this.members.values()].some(each => each.peerUrl === peerUrl))
      throw new Error('etcdserver: Peer URLs already exists')
    this.add('', peerUrl)
  }

  private add(name: string, peerUrl: string): void {
    const id = randomBytes(8).toString('hex')
    this.members.set(id, {id, name, peerUrl, clientUrl: '', alive: false})
  }

  private hasQuorum(): boolean {
    const alive = [...this.members.values()].filter(member => member.alive).length
    return alive > this.members.size / 2
  }
}
