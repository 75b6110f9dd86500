import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {Journal} from '../../../src/steps/engine/journal.js'
import type {Cluster} from './kubernetes/cluster.js'
import {keysIn} from './kubernetes/objects.js'
import type {Machine} from './machines/machine.js'

/** What must hold of a cluster whose two keys were rotated once, however often khw was killed meanwhile. */
export function brokenKeyRules(
  directory: string,
  running: readonly {readonly machine: Machine; readonly cluster: Cluster}[],
): string[] {
  const broken: string[] = []
  const of = (name: string): string => readFileSync(join(directory, 'secrets', name), 'utf8')
  for (const name of ['encryption.key', 'pki/service-account.key']) {
    const names = of(name).match(/^# key-\d+$/gm) ?? []
    if (names.join() !== '# key-2') broken.push(`I11: ${name} has ${names.join()} instead of key-2`)
  }
  const rotating = JSON.stringify(Journal.open(directory).rotating)
  if (rotating !== '{}') broken.push(`I11: the journal goes on rotating ${rotating}`)
  const signers = new Set<string>()
  for (const {machine, cluster} of running) {
    const {identity, apiKeys} = machine
    if (!apiKeys) continue
    signers.add(apiKeys.signs)
    if (apiKeys.encryption.join() !== 'key-2' || apiKeys.verifies.join() !== apiKeys.signs)
      broken.push(`I11: ${identity.name} works with ${JSON.stringify(apiKeys)}`)
    const left = [...keysIn(cluster.etcd.values)].filter(key => key !== 'key-2')
    if (left.length > 0) broken.push(`I11: etcd holds what is encrypted with ${left.join()}`)
  }
  if (signers.size !== 1) broken.push(`I11: tokens are signed with ${signers.size} keys`)
  return broken
}
