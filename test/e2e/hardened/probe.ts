import {spawn} from 'node:child_process'
import {createInterface} from 'node:readline'
import {fileURLToPath} from 'node:url'
import type {OperatorCredentials} from '../../../src/pki/operator-credentials.js'
import type {Client, ProbeOrder, ProbeReport} from './probe-process.js'

export type {ProbeReport} from './probe-process.js'

const PROCESS = fileURLToPath(new URL('probe-process.ts', import.meta.url))

/** From where an API is asked, and at which address. */
export interface Way {
  /** `balancer`, as the reports have it before the kind of the client. */
  readonly name: string
  /** `https://127.0.0.1:6443` */
  readonly url: string
  /** Path of the network namespace it is asked in; this process's own if absent. */
  readonly namespace?: string
}

/**
 * Asks an API ten times a second on each way, by a client that keeps its connection and by one that makes a new one each
 * time, in processes of their own, so that nothing that a test does delays them. No answer is asked for twice.
 */
export class Probe {
  private constructor(private readonly processes: readonly ProbeProcess[]) {}

  /** Resolves once each client has had an answer; what goes wrong before that is lost too. */
  static async start(ways: readonly Way[], credentials: OperatorCredentials): Promise<Probe> {
    const probe = new Probe(ways.map(way => started(way, credentials)))
    await Promise.all(probe.processes.map(each => each.line()))
    return probe
  }

  /** Waits for the answers that are due. One report for each client of each way. */
  async stop(): Promise<readonly ProbeReport[]> {
    const reports = await Promise.all(
      this.processes.map(async ({end, line}) => {
        end()
        return JSON.parse(await line()) as readonly ProbeReport[]
      }),
    )
    return reports.flat()
  }
}

interface ProbeProcess {
  /** The next one that it prints. */
  readonly line: () => Promise<string>
  readonly end: () => void
}

function started({name, url, namespace}: Way, credentials: OperatorCredentials): ProbeProcess {
  const words = [process.execPath, '--import', 'tsx', PROCESS]
  const [program = '', ...args] = namespace === undefined ? words : ['nsenter', `--net=${namespace}`, '--', ...words]
  const child = spawn(program, args, {stdio: ['pipe', 'pipe', 'inherit']})
  const clients: readonly Client[] = ['kept', 'new']
  const orders = clients.map((client): ProbeOrder => ({name: `${name}, ${client}`, client, url, ...credentials}))
  child.stdin.write(`${JSON.stringify(orders)}\n`)
  const lines = createInterface({input: child.stdout})[Symbol.asyncIterator]()
  return {
    line: async () => {
      const next: IteratorResult<string> = await lines.next()
      if (next.done === true) throw new Error(`the probe of ${name} has ended with ${child.exitCode}`)
      return next.value
    },
    end: () => child.stdin.end(),
  }
}

/** One line for each request that was lost, with its time; none if none was. */
export function lossesOf(reports: readonly ProbeReport[]): readonly string[] {
  return reports.flatMap(({name, lost}) => lost.map(({at, after, why}) => `${at} ${name}: ${why} after ${after} ms`))
}

/** `balancer, new: 612 requests, 0 lost, 0 passed on, the slowest took 81 ms`, for the log of a run. */
export function summaryOf({name, sent, passedOn, lost, slowest}: ProbeReport): string {
  return `${name}: ${sent} requests, ${lost.length} lost, ${passedOn} passed on, the slowest took ${slowest} ms`
}
