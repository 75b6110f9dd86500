import {mkdirSync, readdirSync, readFileSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import {isTemporaryOf, writeFileAtomicallySync} from '../../write-file.js'
import {isRecord} from './ip-json.js'

/** What was or may have been made on the host for a VPC; written before it is made. */
export interface VpcRecord {
  readonly namespace: string
  readonly hostLink: string
  readonly instanceNamespaces: readonly string[]
}

/** The files of a region's VPCs: `STATE/vpc/`, mode 0700 because tables hold user data. */
export interface VpcFiles {
  readonly directory: string
  /** Unix socket the daemon forwards name lookups on. */
  readonly forwarderSocket: string
  tables(vpcId: string): string
  processFile(vpcId: string): string
  log(vpcId: string): string
  readRecord(vpcId: string): VpcRecord | undefined
  writeRecord(vpcId: string, record: VpcRecord): void
  balancer(vpcId: string, loadBalancerArn: string): BalancerFiles
  /** Of every load balancer of a VPC that has files. */
  balancers(vpcId: string): BalancerFiles[]
  /** Where a load balancer's process writes what it finds out; undefined before it has. */
  healthOf(loadBalancerArn: string): string | undefined
  /** Removes all files of a VPC. */
  remove(vpcId: string): void
  /** Every VPC that has files. */
  known(): string[]
}

/** The files of a load balancer, which begin like those of its VPC and go with them. */
export interface BalancerFiles {
  /** The last part of its ARN. */
  readonly id: string
  readonly config: string
  readonly health: string
  readonly processFile: string
  readonly log: string
  remove(): void
}

/** Undefined if the file is missing or half-written by something else: both mean that nothing is known. */
function readJson(path: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return isRecord(value) ? value : undefined
  } catch {
    return undefined
  }
}

export function vpcFiles(stateDirectory: string): VpcFiles {
  const directory = join(stateDirectory, 'vpc')
  mkdirSync(directory, {recursive: true, mode: 0o700})
  const path = (vpcId: string, kind: string): string => join(directory, `${vpcId}.${kind}`)
  const balancer = (vpcId: string, id: string): BalancerFiles => {
    const own = `${vpcId}.lb-${id}`
    return {
      id,
      config: join(directory, `${own}.config.json`),
      health: join(directory, `${own}.health.json`),
      processFile: join(directory, `${own}.process.json`),
      log: join(directory, `${own}.log`),
      remove: () => {
        for (const name of readdirSync(directory))
          if (name.startsWith(`${own}.`) || isTemporaryOf(own, name)) rmSync(join(directory, name), {force: true})
      },
    }
  }
  return {
    directory,
    forwarderSocket: join(directory, 'dns.sock'),
    tables: vpcId => path(vpcId, 'tables.json'),
    processFile: vpcId => path(vpcId, 'process.json'),
    log: vpcId => path(vpcId, 'log'),
    readRecord: vpcId => {
      const record = readJson(path(vpcId, 'record.json'))
      if (record === undefined) return undefined
      const {namespace, hostLink, instanceNamespaces} = record
      return {
        namespace: String(namespace),
        hostLink: String(hostLink),
        instanceNamespaces: Array.isArray(instanceNamespaces) ? instanceNamespaces.map(String) : [],
      }
    },
    writeRecord: (vpcId, record) => {
      writeFileAtomicallySync(path(vpcId, 'record.json'), JSON.stringify(record), 0o600)
    },
    balancer: (vpcId, arn) => balancer(vpcId, arn.slice(-16)),
    balancers: vpcId => {
      const ids = readdirSync(directory).flatMap(
        name => new RegExp(`^${vpcId}\\.lb-([0-9a-f]{16})\\.`).exec(name)?.[1] ?? [],
      )
      return [...new Set(ids)].map(id => balancer(vpcId, id))
    },
    healthOf: arn => {
      const name = readdirSync(directory).find(each => each.endsWith(`.lb-${arn.slice(-16)}.health.json`))
      return name === undefined || name.startsWith('.') ? undefined : join(directory, name)
    },
    remove: vpcId => {
      for (const name of readdirSync(directory))
        if (name.startsWith(`${vpcId}.`) || isTemporaryOf(vpcId, name)) rmSync(join(directory, name), {force: true})
    },
    known: () => [...new Set(readdirSync(directory).flatMap(name => /^(vpc-[0-9a-z]+)\./.exec(name)?.[1] ?? []))],
  }
}
