/** Phases exist for the reader: steps start the moment their needs are done, whatever phase they are in. */
export const PHASES = [
  {id: 'network', title: 'Create the network'},
  {id: 'access', title: 'Make keys and certificates'},
  {id: 'compute', title: 'Launch the machines'},
  {id: 'load-balancer', title: 'Set up the load balancer'},
  {id: 'node', title: 'Configure the nodes'},
  {id: 'etcd', title: 'Start etcd'},
  {id: 'control-plane', title: 'Start the control plane'},
  {id: 'worker', title: 'Start the workers'},
  {id: 'routing', title: 'Route the pods'},
  {id: 'addons', title: 'Install the add-ons'},
  {id: 'verify', title: 'Verify the cluster'},
] as const

export type PhaseId = (typeof PHASES)[number]['id']
