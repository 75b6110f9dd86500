export type CommandKind =
  | 'draw-host-key'
  | 'install-host-key'
  | 'wait-for-fetch'
  | 'apply'
  | 'etcd-began'
  | 'etcd-members'
  | 'etcd-remove-member'
  | 'etcd-add-member'
  | 'etcd-health'
  | 'read-etcd-key'
  | 'other-values'
  | 'unit-jobs'
  | 'unknown'

export function commandKind(command: string): CommandKind
