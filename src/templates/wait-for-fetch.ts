import type {ArtifactSet} from '../artifacts/artifact.js'
import type {Role} from '../cluster/addressing.js'
import {FETCHED, FETCH_ERROR, FETCH_SCRIPT, STATE, fetchCount, fetchId, fetchScript} from './fetch-script.js'
import {FETCH_UNIT, START_FETCH} from './start-fetch.js'

export interface WaitForFetchInput {
  readonly artifacts: ArtifactSet
  readonly role: Role
  /** Of all downloads, as in the node's user data. */
  readonly environment?: Readonly<Record<string, string>>
  readonly timeoutSeconds: number
}

/**
 * The script (POSIX sh, for root) that waits until a node has its programs. Lines of JSON on stdout:
 *
 *     {"progress":"3 of 7 files, 212 MB on their way"}     whenever it changed
 *     {"fetched":"5f0c..."}                                 the last line, with exit code 0
 *
 * It puts this very fetch script in place of another (a changed address, a new version, user data that did not run) and
 * starts it; one that ended early is started again, once. When that fails too, or after `timeoutSeconds`, the reasons
 * are on stderr and the exit code is 1.
 */
export function waitForFetchScript({artifacts, role, environment, timeoutSeconds}: WaitForFetchInput): string {
  const count = fetchCount(artifacts, role)
  return `set -u
umask 077
mkdir -p ${STATE}
wanted=${FETCH_SCRIPT}.wanted.$$
cat >$wanted <<'KHW_END_OF_FETCH'
${fetchScript(artifacts, role, environment)}KHW_END_OF_FETCH
if ! cmp -s $wanted ${FETCH_SCRIPT}; then
  systemctl stop ${FETCH_UNIT} 2>/dev/null
  mv -f $wanted ${FETCH_SCRIPT}
fi
rm -f $wanted
is_fetched() { [ "$(cat ${FETCHED} 2>/dev/null)" = ${fetchId(artifacts, role)} ]; }
start() { ${START_FETCH}; }
until=$(($(date +%s) + ${timeoutSeconds}))
starts=0 last=
while ! is_fetched; do
  if ! systemctl is-active -q ${FETCH_UNIT} && ! is_fetched; then
    if [ $starts -ge 2 ]; then
      cat ${FETCH_ERROR} >&2 2>/dev/null || echo "Fetching ended without saying why: see journalctl -u ${FETCH_UNIT}" >&2
      exit 1
    fi
    starts=$((starts + 1))
    start
  fi
  if [ "$(date +%s)" -ge $until ]; then
    echo "The node did not have its programs after ${timeoutSeconds} s: \${last:-nothing came}. It goes on trying." >&2
    exit 1
  fi
  done=$(ls ${STATE}/fetch/installed 2>/dev/null | wc -l)
  bytes=$(cat ${STATE}/fetch/*.part 2>/dev/null | wc -c)
  now="$((done)) of ${count} files, $((bytes / 1000000)) MB on their way"
  [ "$now" = "$last" ] || printf '{"progress":"%s"}\\n' "$now"
  last=$now
  sleep 0.3
done
printf '{"fetched":"%s"}\\n' ${fetchId(artifacts, role)}
`
}
