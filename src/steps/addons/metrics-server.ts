import {METRICS_API, METRICS_SERVER_SERVICE, metricsServerObjects} from '../../templates/metrics-server.js'
import {deployment, type Addon} from './addon.js'

/** CPU and memory of nodes and pods, as an aggregated API. */
export const metricsServer: Addon = {
  name: 'metrics-server',
  title: 'metrics-server',
  purpose: 'kubectl top, horizontal pod autoscaling',
  without: 'kubectl top and horizontal pod autoscaling by CPU and memory do not work.',
  workload: deployment('metrics-server'),
  api: {service: METRICS_SERVER_SERVICE, name: METRICS_API},
  objects: metricsServerObjects,
}
