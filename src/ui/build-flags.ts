import {Args, Flags} from '@oclif/core'

/** Of --help, which lists them all below. */
export const buildUsage = '[NAME] [--provider aws|local] [--controllers N] [--workers N] [FLAGS]'

/** The name may be said as other commands take it, too. */
export const buildArgs = {name: Args.string({description: 'the same as --name', ignoreStdin: true})}

/**
 * What to build: the same for all commands that look at a cluster before it is there, in the order of --help, what matters
 * most first. `requestOf` makes a request of them.
 */
export const buildFlags = {
  name: Flags.string({description: 'name of the cluster: a DNS label', helpValue: 'NAME'}),
  provider: Flags.option({
    options: ['aws', 'local'] as const,
    description: 'where to build it: AWS or this machine',
  })(),
  region: Flags.string({description: 'AWS region', helpValue: 'REGION'}),
  controllers: Flags.integer({description: 'number of controllers: odd, 3 by default', helpValue: 'N'}),
  workers: Flags.integer({description: 'number of workers, 3 by default', helpValue: 'N'}),
  'kubernetes-version': Flags.string({
    description: 'version such as 1.36 or 1.36.2; the newest that can be had by default',
    helpValue: 'VERSION',
  }),
  ttl: Flags.string({
    description:
      'how long it is wanted: 90m, 8h, 2d or never; then its machines end themselves; by default 8h on AWS, never here',
    helpValue: 'TIME',
  }),
  'max-cost': Flags.string({
    description: 'refuse what would cost more US dollars until it ends, or an hour: 5 or 0.50/h',
    helpValue: 'USD',
  }),
  'controller-type': Flags.string({
    description: 'EC2 instance type of the controllers; more than one, by commas: the next when one is not to be had',
    helpValue: 'TYPE[,TYPE]',
    helpGroup: 'MACHINES',
  }),
  'worker-type': Flags.string({
    description: 'the same of the workers',
    helpValue: 'TYPE[,TYPE]',
    helpGroup: 'MACHINES',
  }),
  'volume-size': Flags.integer({
    description: 'size of the root volumes, 20 by default',
    helpValue: 'GIB',
    helpGroup: 'MACHINES',
  }),
  image: Flags.string({
    description: 'machine image: debian-12 (the default), debian-13, ubuntu-24.04, al2023, or the id of an AMI',
    helpValue: 'IMAGE',
    helpGroup: 'MACHINES',
  }),
  'login-user': Flags.string({
    description: 'who logs in to the machines of an AMI that khw does not know',
    helpValue: 'USER',
    helpGroup: 'MACHINES',
  }),
  spot: Flags.boolean({
    description: 'workers on the spot market, on demand where it has none; before one is taken back it is drained',
    helpGroup: 'MACHINES',
  }),
  ssm: Flags.boolean({
    description: "machines that AWS's Session Manager reaches, by a role of their own and its agent",
    helpGroup: 'MACHINES',
  }),
  addon: Flags.string({
    description:
      'add-on to install besides coredns: metrics-server; with its image if it is not the usual one; may be repeated',
    helpValue: 'ADDON[=IMAGE]',
    multiple: true,
    multipleNonGreedy: true,
    helpGroup: 'ADD-ONS',
  }),
  'no-addon': Flags.string({
    description: 'add-on to leave out, as coredns',
    helpValue: 'ADDON',
    multiple: true,
    multipleNonGreedy: true,
    helpGroup: 'ADD-ONS',
  }),
  'load-balancer': Flags.option({
    options: ['nlb', 'none'] as const,
    description: 'one address for all controllers; nlb by default where there are several, none where there is one',
    helpGroup: 'NETWORK',
  })(),
  cni: Flags.option({
    options: ['bridge', 'kube-network-policies'] as const,
    description:
      'bridge, by default: pods on a bridge and VPC routes, network policies do nothing; or the same and kube-network-policies, which enforces them',
    helpGroup: 'NETWORK',
  })(),
  zones: Flags.string({
    description: "availability zones the nodes are spread over; the region's first three by default",
    helpValue: 'ZONE[,ZONE]',
    helpGroup: 'NETWORK',
  }),
  'subnet-count': Flags.integer({
    description: 'number of subnets, one a zone; 3 by default, or as many as there are --zones',
    helpValue: 'N',
    helpGroup: 'NETWORK',
  }),
  'vpc-cidr': Flags.string({description: 'addresses of the machines', helpValue: 'CIDR', helpGroup: 'NETWORK'}),
  'pod-cidr': Flags.string({description: 'addresses of the pods', helpValue: 'CIDR', helpGroup: 'NETWORK'}),
  'service-cidr': Flags.string({description: 'addresses of the services', helpValue: 'CIDR', helpGroup: 'NETWORK'}),
  'vpc-id': Flags.string({
    description: 'use a VPC that you have, without owning it; with --subnet-ids',
    helpValue: 'VPC',
    helpGroup: 'NETWORK',
  }),
  'subnet-ids': Flags.string({
    description: 'its subnets that the nodes are spread over; workers go to those without a public way in, if any',
    helpValue: 'SUBNET[,SUBNET]',
    helpGroup: 'NETWORK',
  }),
  'private-workers': Flags.boolean({
    description: 'workers without public addresses, reached through a controller',
    helpGroup: 'NETWORK',
  }),
  'security-profile': Flags.option({
    options: ['default', 'cis'] as const,
    description:
      'default is hardened by every CIS check that hurts no use; cis by two more: each start of a container asks the registry for its image, and none starts without it (AlwaysPullImages), and nobody asks the API server for its health without a certificate',
    helpGroup: 'SECURITY',
  })(),
  'allow-cidr': Flags.string({
    description: 'who may reach SSH and the API, one or several ranges; your own address by default',
    helpValue: 'CIDR,',
    multiple: true,
    delimiter: ',',
    helpGroup: 'SECURITY',
  }),
  'allow-world': Flags.boolean({
    description: 'yes, --allow-cidr may be open to the world',
    helpGroup: 'SECURITY',
  }),
  artifacts: Flags.option({
    options: ['auto', 'upstream', 'mirror', 'debian'] as const,
    description: 'where binaries come from; upstream on AWS, auto on this machine',
    helpGroup: 'DOWNLOADS',
  })(),
  mirror: Flags.string({description: 'mirror of the upstream sites', helpValue: 'DIR|URL', helpGroup: 'DOWNLOADS'}),
  'node-proxy': Flags.string({
    description:
      'proxy by which the nodes download; HTTPS_PROXY of this machine is for khw alone, as nodes may not reach that one',
    helpValue: 'URL',
    helpGroup: 'DOWNLOADS',
  }),
}
