import {NODE_CHECKS} from '../../../benchmark/checks/node-checks.js'
import {verdictOf} from '../../../benchmark/check.js'
import {parseNode, readNodeScript} from '../../../benchmark/live-node.js'
import {nodesOf} from '../../../cluster/addressing.js'
import {releaseOf} from '../../../kubernetes/releases.js'
import {imageArchives} from '../../../templates/installed-programs.js'
import {asRoot} from '../../node/root-shell.js'
import {askNodes, type Area} from './area.js'

/** The CIS benchmark, by what runs on the nodes and lies on their disks now. One round trip a node. */
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
    const {answers, silent} = await askNodes(input, all, async ({name, role}, ssh) =>
      parseNode(name, role, about, await asRoot(ssh, readNodeScript(role), {signal: input.signal})),
    )
    const nodes = answers.toSorted((a, b) => a.name.localeCompare(b.name, 'en', {numeric: true}))
    const unseen = all.filter(({name}) => !nodes.some(node => node.name === name))
    return [...silent, ...NODE_CHECKS.map(check => verdictOf(check, nodes, unseen))]
  },
}
