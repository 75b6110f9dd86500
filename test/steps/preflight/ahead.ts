import {clusterSpec, type SpecInput} from '../../../src/cluster/spec.js'
import type {RegionAccess} from '../../../src/cluster/provider.js'
import {KhwError} from '../../../src/errors.js'
import {SettableFaults} from '../../../src/local/api/faults/fault-source.js'
import type {Finding} from '../../../src/steps/preflight/check.js'
import {runPreflight, type Preflight, type PreflightOptions} from '../../../src/steps/preflight/run-preflight.js'
import {CREDENTIALS, testRegion, type TestRegion} from '../../local/api/test-region.js'
import {sampleSpec} from '../sample-spec.js'

/** The look before a create of 3 + 3, at a region in this process. */
export class Ahead {
  readonly faults = new SettableFaults()
  readonly access: RegionAccess

  private constructor(
    readonly region: TestRegion,
    faults: SettableFaults,
  ) {
    this.faults = faults
    this.access = {
      provider: 'local',
      region: 'local-1',
      endpoint: region.endpoint,
      credentials: CREDENTIALS,
      operatorCidr: '203.0.113.7/32',
    }
  }

  static async open(): Promise<Ahead> {
    const faults = new SettableFaults()
    return new Ahead(await testRegion({faults}), faults)
  }

  look(change: Partial<SpecInput> = {}, options: Partial<PreflightOptions> = {}): Promise<Preflight> {
    const spec = clusterSpec({...sampleSpec({controllers: 3, workers: 3}), network: {}, ...change})
    const {access} = this
    const {signal} = new AbortController()
    return runPreflight({spec, access, ranges: undefined, artifacts: undefined, resumed: undefined, signal, ...options})
  }

  /** The checks that fail, by name; nothing that was looked at may have made anything. */
  async failures(change: Partial<SpecInput> = {}, options: Partial<PreflightOptions> = {}): Promise<Finding[]> {
    const before = JSON.stringify(this.region.store.state)
    const {findings} = await this.look(change, options)
    if (JSON.stringify(this.region.store.state) !== before) throw new Error('the region has changed')
    return findings.filter(({ok}) => !ok)
  }

  /** What the create would end with. */
  async refusal(change: Partial<SpecInput> = {}, options: Partial<PreflightOptions> = {}): Promise<KhwError> {
    const {refuseFailed} = await this.look(change, options)
    try {
      refuseFailed()
    } catch (error) {
      if (error instanceof KhwError) return error
      throw error
    }
    throw new Error('it was let through')
  }
}
