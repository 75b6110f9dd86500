import {corednsObjects} from '../../templates/coredns.js'
import {deployment, type Addon} from './addon.js'

/** Cluster DNS. */
export const coredns: Addon = {
  name: 'coredns',
  title: 'CoreDNS',
  purpose: 'names for services',
  without: 'Services are reached by address, not by name.',
  workload: deployment('coredns'),
  objects: corednsObjects,
}
