import {mkdirSync, mkdtempSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import type {FileServer} from '../../artifacts/file-server.js'
import {putForeignThings} from './foreign.js'
import {environmentOf, type KhwPlace} from './khw.js'
import {mirror} from './mirror.js'
import {CLUSTER, nearOperator, realOperator, type Operator} from './operator.js'
import {CrashRegion} from './region.js'

/** A lane has a network namespace of its own, so the ports are the same in all. */
const PORT = 4566

/** Everything a lane's trials share: a region with somebody else's things in it, a mirror, khw in two ways. */
export class Rig {
  private constructor(
    private readonly directory: string,
    readonly region: CrashRegion,
    private readonly files: FileServer,
    readonly real: Operator,
    readonly near: Operator,
  ) {}

  /** Also makes this process's environment the one in which the built product takes the region for AWS. */
  static async open(directory: string): Promise<Rig> {
    const region = await CrashRegion.open(directory, PORT)
    const files = await mirror()
    Object.assign(process.env, environmentOf(placeOf(directory, directory)))
    const endpoint = `http://127.0.0.1:${PORT}`
    await putForeignThings(endpoint, CLUSTER)
    await region.settled()
    await region.forgetTraces()
    return new Rig(directory, region, files, realOperator(files.url), await nearOperator(files.url))
  }

  get mirrorUrl(): string {
    return this.files.url
  }

  /** A new KHW_HOME, for one trial; whoever asks for it removes it. */
  newPlace(): {readonly place: KhwPlace; readonly remove: () => void} {
    const home = mkdtempSync(join(this.directory, 'home-'))
    return {
      place: placeOf(this.directory, home),
      remove: () => {
        rmSync(home, {recursive: true, force: true})
      },
    }
  }

  async close(): Promise<void> {
    await this.region.close()
    await this.files.close()
  }
}

function placeOf(directory: string, home: string): KhwPlace {
  const cache = join(directory, 'cache')
  mkdirSync(cache, {recursive: true})
  return {home, cache, endpoint: `http://127.0.0.1:${PORT}`}
}
