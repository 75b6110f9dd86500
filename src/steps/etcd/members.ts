import type {PlacedNode} from '../../cluster/addressing.js'

/** A member of etcd as the others know it. */
export interface EtcdMember {
  /** Hexadecimal; too long for a number. */
  readonly id: string
  /** Empty for one that was added later and has not run yet. */
  readonly name: string
  readonly peerUrls: readonly string[]
  /** Whether it has ever said where its clients find it, which it does when it first runs. */
  readonly hasRun: boolean
}

/** Lines of `etcdctl member list`: id, status, name, peer URLs, client URLs, learner. */
export function parseMembers(text: string): readonly EtcdMember[] {
  return text
    .split('\n')
    .filter(line => line.includes(', '))
    .map(line => {
      const [id = '', , name = '', peerUrls = '', clientUrls = ''] = line.split(', ')
      return {id, name, peerUrls: peerUrls.split(','), hasRun: clientUrls.trim() !== ''}
    })
}

/** The member that has the node's place: its name, or its address if it has not run under a name yet. */
export function memberNamed(members: readonly EtcdMember[], node: PlacedNode): EtcdMember | undefined {
  return members.find(m => m.name === node.name || m.peerUrls.includes(`https://${node.privateIp}:2380`))
}
