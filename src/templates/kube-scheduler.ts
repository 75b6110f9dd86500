import type {ArtifactSet} from '../artifacts/artifact.js'
import type {ClusterSpec} from '../cluster/spec.js'
import {releaseOf} from '../kubernetes/releases.js'
import {credentials} from './credentials.js'
import {installedPath} from './installed-programs.js'
import {PATHS} from './paths.js'
import {ownUser, SANDBOX} from './sandbox.js'
import {commandLine, RESTART, systemdUnit, type UnitTemplate} from './systemd-unit.js'

/**
 * kube-scheduler, by its command line reference. By flags, not by a file: with `--config` it ignores `--profiling`,
 * which the CIS benchmark reads from the command line, and the file's version differs between releases.
 */
export function kubeSchedulerUnit(spec: ClusterSpec, artifacts: ArtifactSet): UnitTemplate {
  const {at, settings} = credentials([PATHS.schedulerConf])
  const flags = {
    'bind-address': '127.0.0.1',
    port: releaseOf(spec.kubernetesVersion).insecurePortFlag ? 0 : undefined,
    kubeconfig: at(PATHS.schedulerConf),
    'authentication-kubeconfig': at(PATHS.schedulerConf),
    'authorization-kubeconfig': at(PATHS.schedulerConf),
    'leader-elect': true,
    profiling: false,
    v: 2,
  }
  return systemdUnit({
    name: 'kube-scheduler.service',
    unit: {
      Description: 'Kubernetes scheduler',
      Documentation: 'https://kubernetes.io/docs/reference/command-line-tools-reference/kube-scheduler/',
      Wants: 'kube-apiserver.service',
      After: 'network.target kube-apiserver.service',
    },
    service: {
      ExecStart: commandLine(installedPath(artifacts, 'kube-scheduler', 'controller'), flags),
      ...RESTART,
      ...ownUser('kube-scheduler'),
      ...settings,
      ...SANDBOX,
    },
    inputs: [PATHS.schedulerConf],
    startNow: true,
  })
}
