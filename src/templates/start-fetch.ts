import {FETCH_SCRIPT} from './fetch-script.js'

/** The transient unit the fetch script runs in: it outlives cloud-init and any SSH session. */
export const FETCH_UNIT = 'khw-fetch.service'

/**
 * Starts the fetch script unless it runs; POSIX sh, for root. Without default dependencies it starts at once even while
 * the machine still boots; collected, a failed one does not stand in the way of the next.
 */
export const START_FETCH = `systemctl is-active -q ${FETCH_UNIT} || systemd-run -q --unit=${FETCH_UNIT} --collect --no-block -p DefaultDependencies=no -p Type=exec sh ${FETCH_SCRIPT}`
