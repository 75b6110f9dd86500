/** What each of khw's remote commands is recognised by; the first that matches counts. */
const MARKS = [
  ['draw-host-key', /khw_host_key\.new/],
  ['install-host-key', /ssh_host_ed25519_key\.next/],
  ['wait-for-fetch', /KHW_END_OF_FETCH/],
  ['apply', /apply\.lock/],
  ['etcd-began', /echo none;/],
  ['etcd-members', /member list/],
  ['etcd-remove-member', /member remove/],
  ['etcd-add-member', /member add/],
  ['etcd-health', /endpoint health/],
  ['other-values', /-w fields/],
  ['unit-jobs', /show -p Job/],
  ['read-etcd-key', /get --print-value-only/],
]

/**
 * The kind of a remote command. Plain JavaScript, as the crash hooks run in khw's own process and are not compiled.
 * @param {string} command
 * @returns {string} `unknown` for what khw did not run when this was written
 */
export function commandKind(command) {
  return MARKS.find(([, mark]) => mark.test(command))?.[0] ?? 'unknown'
}
