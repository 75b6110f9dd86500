import {controllersOf, nodesOf, workersOf, type ClusterNode} from '../cluster/addressing.js'
import {addonsOf, DEFAULT_ADDONS} from '../cluster/addons.js'
import {hasLoadBalancer, type ClusterSpec} from '../cluster/spec.js'
import {certificates, type Certificates} from './access/certificates.js'
import {instanceProfile} from './access/instance-profile.js'
import {instanceRole} from './access/instance-role.js'
import {keyPair} from './access/key-pair.js'
import {operatorKey} from './access/operator-key.js'
import {installAddon} from './addons/install.js'
import {addonReady} from './addons/ready.js'
import {policyEngine} from './addons/policy-engine.js'
import {profileRole} from './access/profile-role.js'
import {rolePolicy} from './access/role-policy.js'
import {addresses, type Addresses} from './compute/addresses.js'
import {image} from './compute/image.js'
import {instance, type Instance} from './compute/instance.js'
import {sourceDestCheck} from './compute/source-dest-check.js'
import {apiServer, type ApiServer} from './control-plane/api-server.js'
import {firstApi} from './control-plane/first-api.js'
import {kubeconfigStep} from './control-plane/kubeconfig.js'
import {rbac} from './control-plane/rbac.js'
import {serviceAccounts} from './control-plane/service-accounts.js'
import {plan, type Plan} from './engine/plan.js'
import type {Step} from './engine/step.js'
import {membership} from './etcd/membership.js'
import {quorum} from './etcd/quorum.js'
import {listener} from './load-balancer/listener.js'
import {loadBalancer} from './load-balancer/load-balancer.js'
import {targetGroup} from './load-balancer/target-group.js'
import {targetGroupAttributes} from './load-balancer/target-group-attributes.js'
import {targets} from './load-balancer/targets.js'
import {networkSteps} from './network/network-steps.js'
import {controllerGroup, loadBalancerGroup, workerGroup} from './network/security-group.js'
import {securityGroupRules} from './network/security-group-rules.js'
import {configure, type Configure} from './node/configure.js'
import {connect} from './node/connect.js'
import {fetch} from './node/fetch.js'
import {pods} from './verify/pods.js'
import {policies} from './verify/policies.js'
import {secrets} from './verify/secrets.js'
import {ready} from './worker/ready.js'

/** The whole create. Pure: the same spec gives the same plan. */
export function createPlan(spec: ClusterSpec): Plan {
  return plan(createSteps(spec).steps)
}

export interface CreateSteps {
  /** All, each after its needs. */
  readonly steps: readonly Step[]
  readonly addresses: Addresses
  readonly certificates: Certificates
  /** One a node, as of `configured`: controllers first. */
  readonly instances: readonly Instance[]
  readonly configured: readonly Configure[]
  readonly apis: readonly ApiServer[]
}

/** The steps of a create. Read it as a table of contents. */
export function createSteps(spec: ClusterSpec): CreateSteps {
  const controllers = controllersOf(spec)
  const workers = workersOf(spec)
  const nodes = nodesOf(spec)

  const network = networkSteps(spec)
  const {subnets} = network

  const controllerRules = securityGroupRules(spec, 'controller')
  const workerRules = securityGroupRules(spec, 'worker')

  const instances = nodes.map(node => instance(spec, node, subnets))
  const workerInstances = instances.slice(controllers.length)
  const publicAddresses = addresses(spec, instances)
  const balancer = hasLoadBalancer(spec) ? loadBalancer(network) : undefined
  const issued = certificates(publicAddresses, balancer)
  const forwarding = workers.map((worker, i) => sourceDestCheck(worker, at(workerInstances, i)))

  const connections = nodes.map((node, i) =>
    connect(node, {
      instance: at(instances, i),
      addresses: publicAddresses,
      rules: node.role === 'controller' ? controllerRules : workerRules,
    }),
  )
  const fetches = nodes.map((node, i) => fetch(node, at(connections, i)))
  const memberships = controllers.map((controller, i) =>
    membership(
      controller,
      controllers.filter(other => other !== controller),
      {
        own: at(connections, i),
        others: connections.slice(0, controllers.length).filter((_, j) => j !== i),
        addresses: publicAddresses,
      },
    ),
  )
  const configured = nodes.map((node, i) =>
    configure(node, {
      connection: at(connections, i),
      fetch: at(fetches, i),
      certificates: issued,
      addresses: publicAddresses,
      memberships: node.role === 'controller' ? memberships : [],
    }),
  )
  const controllersConfigured = configured.slice(0, controllers.length)
  const workersConfigured = configured.slice(controllers.length)

  const quorums = controllers.map((controller, i) => quorum(controller, controllersConfigured, i))
  const api = firstApi(publicAddresses, controllersConfigured)
  const apis = controllers.map((controller, i) =>
    apiServer(controller, {addresses: publicAddresses, firstApi: api, configured: at(controllersConfigured, i)}),
  )
  const roles = rbac(publicAddresses, api)
  const accounts = serviceAccounts(publicAddresses, roles)
  const kubeconfig = kubeconfigStep(publicAddresses, api, balancer)

  const workersReady = ready(workers, {addresses: publicAddresses, rbac: roles, configured: workersConfigured})
  const podRoutes = workers.map((worker, i) => network.podRoute(worker, at(workerInstances, i)))

  const addons = addonsOf(spec).map(({name}) => {
    const installed = installAddon(name, {addresses: publicAddresses, after: [roles]})
    // What everybody gets holds nobody up; who asks for more wants it to work.
    if (DEFAULT_ADDONS.some(each => each.name === name)) return [installed]
    return [installed, addonReady(name, {addresses: publicAddresses, installed, after: [workersReady, ...podRoutes]})]
  })
  const {cni} = spec
  const engine =
    cni && policyEngine(cni, workers.length, {addresses: publicAddresses, rbac: roles, ready: workersReady})
  const podsChecked = pods(workers, {
    addresses: publicAddresses,
    ready: workersReady,
    podRoutes,
    sourceDestChecks: forwarding,
  })
  const policiesChecked =
    cni && engine && policies(cni, workers, {addresses: publicAddresses, engine, pods: podsChecked})
  const secretsChecked = secrets(at<ClusterNode>(controllers, 0), {
    addresses: publicAddresses,
    rbac: roles,
    configured: at(controllersConfigured, 0),
  })

  const steps = [
    // network
    ...network.steps,
    controllerGroup,
    workerGroup,
    ...(balancer === undefined ? [] : [loadBalancerGroup]),
    controllerRules,
    workerRules,
    ...(balancer === undefined ? [] : [securityGroupRules(spec, 'load-balancer'), balancer]),
    // access and compute
    operatorKey,
    keyPair,
    ...(spec.ssm === true ? [instanceProfile, instanceRole, rolePolicy, profileRole] : []),
    image,
    ...instances,
    publicAddresses,
    issued,
    ...forwarding,
    // load balancer
    ...(balancer === undefined
      ? []
      : [targetGroup, targetGroupAttributes, listener(balancer), targets(instances.slice(0, controllers.length))]),
    // node
    ...connections,
    ...fetches,
    ...memberships,
    ...configured,
    // etcd and control plane
    ...quorums,
    api,
    ...apis,
    roles,
    accounts,
    kubeconfig,
    // worker and routing
    workersReady,
    ...podRoutes,
    // addons and verify
    ...addons.flat(),
    ...(engine ? [engine] : []),
    podsChecked,
    ...(policiesChecked ? [policiesChecked] : []),
    secretsChecked,
  ]
  return {steps, addresses: publicAddresses, certificates: issued, instances, configured, apis}
}

function at<T>(list: readonly T[], index: number): T {
  const item = list[index]
  if (item === undefined) throw new RangeError(`no item ${index}`)
  return item
}
