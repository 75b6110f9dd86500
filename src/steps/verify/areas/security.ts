import {NODE_CHECKS} from '../../../benchmark/checks/node-checks.js'
import {verdictOf, type Verdict} from '../../../benchmark/check.js'
import {POLICY_CHECKS} from '../../../benchmark/checks/policies.js'
import {parseNode, readNodeScript} from '../../../benchmark/live-node.js'
import {readPolicies} from '../../../benchmark/live-policies.js'
import {policyVerdict} from '../../../benchmark/policy-check.js'
import type {PolicyFacts} from '../../../benchmark/policy-facts.js'
import {nodesOf} from '../../../cluster/addressing.js'
import {messageOf} from '../../../errors.js'
import {releaseOf} from '../../../kubernetes/releases.js'
import {imageArchives} from '../../../templates/installed-programs.js'
import {livePublicIps} from '../../compute/node-instance.js'
import {untilAborted} from '../../engine/within.js'
import {asRoot} from '../../node/root-shell.js'
import {benchmarkCure} from '../cures.js'
import {askNodes, type Area, type AreaInput} from './area.js'

/** The CIS benchmark, by what runs on the nodes and lies on their disks now (one round trip a node), and by what the API has. */
export const SECURITY: Area = {
  title: 'Look at how secure it is (CIS benchmark)',
  limit: 60_000,

  async look(input) {
    const {spec, artifacts} = input.context
    const about = {
      release: releaseOf(spec.kubernetesVersion),
      importsImages: imageArchives(artifacts, 'worker').length > 0,
    }
    const all = nodesOf(spec)
    const [{answers, silent}, policies] = await Promise.all([
      askNodes(input, all, async ({name, role}, ssh) =>
        parseNode(name, role, about, await asRoot(ssh, readNodeScript(role), {signal: input.signal})),
      ),
      policyVerdicts(input),
    ])
    const nodes = answers.toSorted((a, b) => a.name.localeCompare(b.name, 'en', {numeric: true}))
    const unseen = all.filter(({name}) => !nodes.some(node => node.name === name))
    const verdicts = NODE_CHECKS.map((check): Verdict => {
      const verdict = verdictOf(check, nodes, unseen)
      const cure = benchmarkCure(check, verdict.state, nodes, input.context)
      return cure === undefined ? verdict : {...verdict, cure}
    })
    return [...silent, ...verdicts, ...policies]
  },
}

async function policyVerdicts({context, signal}: AreaInput): Promise<readonly Verdict[]> {
  const {spec, inventory, kubernetes} = context
  const verdicts = (facts?: PolicyFacts): readonly Verdict[] => POLICY_CHECKS.map(check => policyVerdict(check, facts))
  try {
    const api = await kubernetes(livePublicIps(spec, inventory), 'admin')
    return verdicts(await untilAborted(signal, () => readPolicies(api)))
  } catch (error) {
    return [{id: 'api', title: 'The API can be asked', state: 'FAIL', found: messageOf(error)}, ...verdicts()]
  }
}
