import type {NodeFile} from './bundle.js'
import {STATE} from './fetch-script.js'
import {publicFile} from './node-files.js'
import {PATHS} from './paths.js'

/** Until when a machine is wanted. */
export interface Expiry {
  /** ISO 8601: when the cluster was begun. No clock that is right shows an earlier time. */
  readonly createdAt: string
  /** ISO 8601; null: until it is destroyed. */
  readonly expiresAt: string | null
}

const TIMER = 'khw-expiry.timer'
const UNITS = '/etc/systemd/system'
const CHECK = '/usr/local/sbin/khw-check-expiry'
/** How often the time is looked at (seconds): no machine outlives its expiry by more, once it has been up for GRACE. */
const EVERY = 60
/** Seconds since the boot in which the clock is not believed, for it may not have been set yet. */
const GRACE = 120

/** The time itself, on a line of its own: an ISO 8601 time, or `never`. */
export function expiryFile(expiresAt: string | null): NodeFile {
  return publicFile(PATHS.expiresAt, `${expiresAt ?? 'never'}\n`)
}

/**
 * POSIX sh for root at every boot: from the first one on the machine ends itself, whatever becomes of whoever launched it.
 * A time that was changed since (`khw extend`) stays. Instances are launched with the shutdown behaviour `terminate`, so
 * one that has powered itself off is gone, with its volume.
 */
export function startExpiry(expiry: Expiry): string {
  return `[ -e ${PATHS.expiresAt} ] || {
${writeTime(expiry.expiresAt)}
}
${install(expiry)}
systemctl start --no-block ${TIMER}`
}

/** POSIX sh for root: another time for a machine that runs. May be run any number of times. Prints nothing. */
export function changeExpiry(expiry: Expiry): string {
  return `set -eu
umask 022
${writeTime(expiry.expiresAt)}
[ -e ${UNITS}/${TIMER} ] || {
${install(expiry)}
systemctl daemon-reload
}
systemctl start ${TIMER}`
}

function writeTime(expiresAt: string | null): string {
  return `mkdir -p ${PATHS.expiresAt.replace(/\/[^/]*$/, '')}
echo ${expiresAt ?? 'never'} >${PATHS.expiresAt}.new
mv -f ${PATHS.expiresAt}.new ${PATHS.expiresAt}`
}

/** systemd.timer(5). Looking again and again, instead of once at a set time, stands any change of the clock or of the time. */
function install({createdAt}: Expiry): string {
  return `cat >${CHECK} <<'END'
${checkScript(createdAt)}END
cat >${UNITS}/khw-expiry.service <<'END'
[Unit]
Description=Ends this machine when its time is over
[Service]
Type=oneshot
ExecStart=/bin/sh ${CHECK}
SyslogLevel=notice
LogLevelMax=notice
END
cat >${UNITS}/${TIMER} <<'END'
[Unit]
Description=Looks whether the time of this machine is over
[Timer]
OnBootSec=${GRACE}
OnUnitActiveSec=${EVERY}
AccuracySec=5
[Install]
WantedBy=timers.target
END
mkdir -p ${UNITS}/timers.target.wants
ln -sf ../${TIMER} ${UNITS}/timers.target.wants/${TIMER}`
}

/**
 * A clock that is ahead is given the time to be set (GRACE). One that is behind the cluster's own beginning cannot be
 * right: until it is, the time is counted in runs of this script, over all boots.
 */
export function checkScript(createdAt: string): string {
  return `#!/bin/sh
# Ends this machine when its time is over. Made by khw; khw extend changes the time.
until=$(cat ${PATHS.expiresAt}) || exit 1
[ "$until" != never ] || exit 0
end=$(date -ud "$until" +%s) || exit 1
now=$(date +%s)
begun=${Math.floor(Date.parse(createdAt) / 1000)}
if [ "$now" -lt $begun ]; then
  runs=$(($(cat ${STATE}/expiry-runs 2>/dev/null || echo 0) + 1))
  echo $runs >${STATE}/expiry-runs
  now=$((begun + runs * ${EVERY}))
fi
[ "$now" -ge "$end" ] || exit 0
echo "the time of this machine was over at $until"
systemctl poweroff
`
}
