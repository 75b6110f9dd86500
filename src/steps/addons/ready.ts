import type {AddonName} from '../../cluster/addons.js'
import {KhwError} from '../../errors.js'
import {troubleText, type PodTrouble} from '../../kubernetes/pod-trouble.js'
import type {Addon} from './addon.js'
import {defineStep, type Step} from '../engine/step.js'
import {Fatal, waitUntil} from '../engine/wait-until.js'
import {installId, type InstallAddon, type KnownAddresses} from './install.js'
import {addonOf} from './registry.js'
import {FailedPulls} from './failed-pulls.js'
import {addonState} from './state.js'

type ReadyNeeds = {
  readonly addresses: KnownAddresses
  readonly installed: InstallAddon
  /** What else comes first. */
  readonly after: readonly Step[]
}

/** Longer than an image takes to be pulled, a pod to be started, and metrics-server to have measured twice. Milliseconds. */
const BUDGET = 240_000

export function readyId(name: AddonName): string {
  return `${installId(name)}/ready`
}

/** Waits until the pods of an add-on run, and its API is served if it has one. */
export function addonReady(name: AddonName, needs: ReadyNeeds): Step<{detail: string}, ReadyNeeds> {
  const addon = addonOf(name)
  return defineStep<{detail: string}, ReadyNeeds>({
    id: readyId(name),
    phase: 'addons',
    title: `Wait for ${addon.title}`,
    needs,

    async create({spec, kubernetes, clock, signal, progress}, {addresses}) {
      const api = await kubernetes(addresses.publicIps, 'admin')
      const pulls = new FailedPulls(clock)
      return waitUntil(
        async () => {
          const {state, detail, trouble} = await addonState(addon, spec, api)
          if (state === 'ready') return {detail}
          progress(detail)
          const failed = pulls.note(trouble)
          if (failed !== undefined) throw new Fatal(notPulled(addon, failed, spec.name))
          throw new Error(detail)
        },
        {
          what: `${addon.title} to run`,
          budget: BUDGET,
          every: 500,
          slowest: 2_000,
          clock,
          signal,
          suggestions: [
            `See what keeps its pods: kubectl -n kube-system get pods; kubectl -n kube-system describe deployment ${name}`,
            'Run the same command again: it goes on where it stopped.',
          ],
        },
      )
    },
  })
}

/** What was applied stays, as of every step that fails: the same command, or a create, goes on with it. */
function notPulled({name, title}: Addon, trouble: PodTrouble, cluster: string): KhwError {
  return new KhwError(
    'ARTIFACT_MISSING',
    `${title} is applied and does not run: ${trouble.image ?? 'its image'} cannot be pulled.\n${troubleText(trouble)}`,
    [
      `Take another image: khw addon add ${cluster} ${name} --image REGISTRY/${name}:TAG`,
      `or do without: khw addon remove ${cluster} ${name}`,
      'or run the same command again once the image can be had: what is applied is kept',
    ],
  )
}
