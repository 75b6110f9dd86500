import type {Clock} from '../../../clock.js'
import type {Instance} from '../../model.js'
import type {Action} from '../action.js'
import {ApiError} from '../api-error.js'
import {elbNotFound, isElbKind} from '../elb/names.js'
import type {Parameters} from '../parameters.js'
import type {Region} from '../region.js'
import {doesNotExist} from '../resource-kinds.js'
import type {Service} from '../service.js'
import type {XmlElement} from '../xml.js'
import {BootFaults} from './boot-faults.js'
import {CallFaults, errorOf} from './call-faults.js'
import {capacityCheck, lackingTypes} from './capacity.js'
import {checkedStore, type ChangeCheck} from './change-check.js'
import type {FaultSource} from './fault-source.js'
import {lingeringCheck} from './lingering.js'
import {quotaCheck} from './quotas.js'
import type {CallFault, FaultSettings} from './settings.js'
import type {InterruptionRules} from './spot-interruptions.js'
import {Throttle} from './throttle.js'
import {Visibility, type SeenKind} from './visibility.js'

/** How a service words what is not its own doing. */
export interface FaultyService {
  readonly name: string
  /** What an action is called in the settings. */
  readonly callName: (action: string) => string
  /** A call that came too fast. */
  readonly throttled: () => ApiError
  /** A call that names something which is not to be seen yet. */
  readonly notFound: (kind: SeenKind, id: string) => ApiError
}

export const EC2_FAULTS: FaultyService = {
  name: 'ec2',
  callName: action => action,
  throttled: () => new ApiError('RequestLimitExceeded', 'Request limit exceeded.', 503),
  notFound: (kind, id) => (isElbKind(kind) ? elbNotFound(kind, id) : doesNotExist(kind, id)),
}

/** As STS, IAM and SSM name a call that came too fast (their API references, "Common Errors"). */
const THROTTLING = 'ThrottlingException'

/** Settings with what has to be remembered as long as they hold. */
interface ActiveFaults {
  readonly settings: FaultSettings
  readonly throttle: Throttle | undefined
  readonly calls: CallFaults
  readonly boots: BootFaults
  readonly checks: readonly ChangeCheck[]
  readonly lacks: NonNullable<Region['lacks']>
  readonly interrupted: InterruptionRules['interrupted']
}

/** A layer around the region's actions that does what the fault settings say. The actions know nothing of it. */
export class FaultInjector {
  #active: ActiveFaults | undefined
  #visibility: Visibility | undefined

  constructor(
    private readonly source: FaultSource,
    private readonly clock: Clock,
  ) {}

  /** The same actions of a service, as they are with the faults of the moment. */
  actions(actions: readonly Action[], service: FaultyService): Action[] {
    return actions.map(action => ({
      name: action.name,
      invoke: (parameters, region) => this.invoke(action, parameters, region, service),
    }))
  }

  /** The same service, other than EC2 and ELB, of which calls fail or come too fast. `name` is that of signatures: `sts`. */
  service(name: string, service: Service): Service {
    return {
      ...service,
      answer: async (request, region) => {
        const operation = service.operationOf(request)
        const {throttle} = this.active()
        if (throttle?.admits(name, operation, undefined, this.clock.now()) === false)
          throw new ApiError(name === 'servicequotas' ? 'TooManyRequestsException' : THROTTLING, 'Rate exceeded')
        const fault = this.faultOf(`${name}:${operation}`)
        if (fault?.when === 'before') throw errorOf(fault)
        const answer = service.answer(request, region)
        if (fault === undefined) return answer
        await answer.catch(expectRefusal)
        throw errorOf(fault)
      },
    }
  }

  /** To be awaited before a machine is started. Throws LaunchFailure. */
  beforeBoot(instance: Instance, signal: AbortSignal): Promise<void> {
    return this.active().boots.before(instance, signal)
  }

  /** What spot instances are to be taken back, and how many were. */
  interruptions(): InterruptionRules {
    const {settings, interrupted} = this.active()
    return {rules: settings.interruptions ?? [], interrupted}
  }

  private faultOf(action: string): CallFault | undefined {
    const fault = this.active().calls.next(action)
    if (fault !== undefined) this.source.onHit?.(action)
    return fault
  }

  private async invoke(
    action: Action,
    parameters: Parameters,
    region: Region,
    service: FaultyService,
  ): Promise<XmlElement> {
    const {throttle, checks, settings, lacks} = this.active()
    if (throttle?.admits(service.name, action.name, parameters, this.clock.now()) === false) throw service.throttled()
    const fault = this.faultOf(service.callName(action.name))
    if (fault?.when === 'before') throw errorOf(fault)
    const {store} = region
    const checked = checks.length === 0 ? store : checkedStore(store, checks)
    const faulty = {...region, store: checked, lacks}
    const answer =
      settings.visibility === undefined
        ? action.invoke(parameters, faulty)
        : this.invokeSeeing(action, parameters, faulty, settings.visibility, service)
    if (fault === undefined) return answer
    // Whether it went well or was refused, the caller is not to know.
    await answer.catch(expectRefusal)
    throw errorOf(fault)
  }

  private async invokeSeeing(
    action: Action,
    parameters: Parameters,
    region: Region,
    fault: NonNullable<FaultSettings['visibility']>,
    {notFound}: FaultyService,
  ): Promise<XmlElement> {
    const {store} = region
    const visibility = (this.#visibility ??= new Visibility())
    visibility.observe(store.state, this.clock.now())
    const unseen = visibility.unseen(action.name, parameters, store.state, fault, this.clock.now())
    if (unseen !== undefined) throw notFound(unseen.kind, unseen.id)
    const state = visibility.view(action.name, parameters, store.state, fault, this.clock.now())
    const seen = {state, change: store.change.bind(store)}
    try {
      return await action.invoke(parameters, state === store.state ? region : {...region, store: seen})
    } finally {
      visibility.observe(store.state, this.clock.now())
    }
  }

  private active(): ActiveFaults {
    const {clock} = this
    const settings = this.source.current()
    if (this.#active?.settings === settings) return this.#active
    if (settings.visibility === undefined) this.#visibility = undefined
    const {lingering = 0} = settings
    this.#active = {
      settings,
      throttle: settings.throttle && new Throttle(settings.throttle),
      calls: new CallFaults(settings.calls ?? []),
      boots: new BootFaults(settings.boots ?? [], clock),
      checks: [
        ...(settings.capacity === undefined ? [] : [capacityCheck(settings.capacity)]),
        ...(settings.quotas === undefined ? [] : [quotaCheck(settings.quotas)]),
        ...(lingering === 0 ? [] : [lingeringCheck(lingering, clock)]),
      ],
      lacks: lackingTypes(settings.capacity ?? []),
      interrupted: new Map(),
    }
    return this.#active
  }
}

function expectRefusal(error: unknown): void {
  if (!(error instanceof ApiError)) throw error
}
