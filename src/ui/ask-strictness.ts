import type {CreateRequest} from '../steps/request/create-request.js'
import {artifactsProblem} from './create-answers.js'
import type {Choice, Prompts} from './prompts.js'

type Strictness = 'default' | 'policies' | 'cis' | 'both'

const STRICTNESS: Readonly<Record<Strictness, Pick<CreateRequest, 'cni' | 'securityProfile'>>> = {
  default: {},
  policies: {cni: 'kube-network-policies'},
  cis: {securityProfile: 'cis'},
  both: {cni: 'kube-network-policies', securityProfile: 'cis'},
}

/** What is hard to change later and a use may need: one question, and only what the rest of the request can have. */
export async function askStrictness(
  prompts: Prompts,
  request: CreateRequest,
): Promise<Pick<CreateRequest, 'cni' | 'securityProfile'>> {
  const open = 'A NetworkPolicy does nothing.'
  // There, images come to the machines as archives, and no registry is asked.
  const archives = request.artifacts === 'mirror' && request.provider === 'aws'
  const cis = archives ? 'Nobody at all is anonymous.' : 'Containers start only if their registry answers.'
  const choices: readonly Choice<Strictness>[] = [
    {value: 'default', name: 'Hardened, as far as it hurts no use', description: open},
    {
      value: 'policies',
      name: 'Hardened, and network policies are enforced',
      description: 'By kube-network-policies; its image is of registry.k8s.io or a mirror.',
    },
    {value: 'cis', name: 'By the whole CIS benchmark', description: `${cis} ${open}`},
    {value: 'both', name: 'By all of CIS, and network policies are enforced', description: cis},
  ]
  const can = choices.filter(({value}) => artifactsProblem({...request, ...STRICTNESS[value]}) === undefined)
  return STRICTNESS[await prompts.select('How strict shall it be?', can)]
}
