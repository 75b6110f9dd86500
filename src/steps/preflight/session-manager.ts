import {obstacleTo} from '../../artifacts/net/reach.js'
import {agentSite} from '../../artifacts/ssm-agent/ssm-agent.js'
import {IMAGE_FAMILIES} from '../../cluster/image-families.js'
import {KhwError} from '../../errors.js'
import {proxyFromEnvironment} from '../../proxy.js'
import type {Check} from './check.js'

/** Whether the machines will have what Session Manager needs on them: its agent, and a way to AWS. */
export const sessionManager: Check = {
  name: 'session manager',
  concerns: ({spec}) => spec.ssm === true,

  async run({access, spec, facts, signal}) {
    if (access.provider === 'local')
      return {
        detail:
          'this region makes the role and the instance profile as AWS does, but Session Manager is a service of AWS: no agent is installed here, and no session will open',
        fix: `Use khw ssh controller-1 --name ${spec.name} here`,
      }
    const image = (await facts.image())?.image
    if (image === undefined) return {detail: 'not looked at, as it is not known what the machines boot'}
    if (image.family === undefined)
      return {
        detail: `the image ${image.imageId} is none of those khw knows: the agent of Systems Manager has to be in it`,
        fix: 'Nothing, if it is; or take another --image',
      }
    const {hasSsmAgent, title} = IMAGE_FAMILIES[image.family]
    if (spec.nodeProxy !== undefined)
      return {
        detail: `the agent does not use the proxy by which the nodes download (${spec.nodeProxy})`,
        fix: 'Nothing, if the nodes reach AWS directly or by VPC endpoints of ssm, ssmmessages and ec2messages',
      }
    if (hasSsmAgent) return {detail: `its agent is part of ${title}`}
    const site = agentSite(access.region)
    const obstacle = await obstacleTo(`${site}/stable/VERSION`, {proxy: proxyFromEnvironment(), signal})
    if (obstacle === undefined)
      return {detail: `its agent will be installed from ${new URL(site).host}, by Amazon's signature`}
    throw new KhwError('ARTIFACT_UNREACHABLE', `${title} lacks the agent of Systems Manager, and ${obstacle}.`, [
      'Check the network and HTTPS_PROXY',
      'Or take an image that has the agent: --image ubuntu-24.04 or --image al2023',
    ])
  },
}
