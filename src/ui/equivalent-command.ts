import type {CreateRequest} from '../steps/request/create-request.js'
import {durationText} from './duration-flag.js'
import {shellCommand} from './shell-words.js'

/** The command that asks for the same without questions, quoted for a POSIX shell. */
export function equivalentCommand(request: CreateRequest): string {
  return shellCommand(equivalentWords(request))
}

/** The same as the words that a shell would make of it. */
export function equivalentWords(request: CreateRequest): readonly string[] {
  const flags: readonly (readonly [string, string | number | undefined])[] = [
    ['--name', request.name],
    ['--provider', request.provider],
    ['--region', request.region],
    ['--controllers', request.controllers],
    ['--workers', request.workers],
    ['--kubernetes-version', request.kubernetesVersion],
    ['--artifacts', request.artifacts],
    ['--mirror', request.mirror],
    ['--vpc-id', request.vpcId],
    ['--subnet-ids', request.subnetIds?.join(',')],
    ['--vpc-cidr', request.network?.vpcCidr],
    ['--pod-cidr', request.network?.podCidr],
    ['--service-cidr', request.network?.serviceCidr],
    ['--allow-cidr', request.operatorCidrs?.join(',')],
    ['--load-balancer', request.loadBalancer],
    ['--cni', request.cni],
    ['--zones', request.network?.zones?.join(',')],
    ['--subnet-count', request.network?.subnets],
    ['--controller-type', request.controllerTypes?.join(',')],
    ['--worker-type', request.workerTypes?.join(',')],
    ['--volume-size', request.volumeSize],
    ['--image', request.image],
    ['--login-user', request.loginUser],
    ['--node-proxy', request.nodeProxy],
    ['--security-profile', request.securityProfile],
    ...(request.addons ?? []).map(
      ({name, image}) => ['--addon', image === undefined ? name : `${name}=${image}`] as const,
    ),
    ...(request.withoutAddons ?? []).map(name => ['--no-addon', name] as const),
    ['--max-cost', request.maxCost && `${request.maxCost.amount}${request.maxCost.per === 'hour' ? '/h' : ''}`],
    ['--ttl', request.ttl === undefined ? undefined : durationText(request.ttl)],
  ]
  const given = flags.flatMap(([flag, value]) => (value === undefined ? [] : [flag, String(value)]))
  const switches = [
    ...(request.spot === true ? ['--spot'] : []),
    ...(request.ssm === true ? ['--ssm'] : []),
    ...(request.privateWorkers === true ? ['--private-workers'] : []),
    ...(request.allowWorld === true ? ['--allow-world'] : []),
  ]
  return ['khw', 'create', ...given, ...switches]
}
