import {ENOUGH_TIME} from '../../pki/enough-days.js'
import {LEAF_LIFE, type Issuance} from '../../pki/lifetime.js'
import type {Journal} from '../engine/journal.js'

type OnNotice = (text: string) => void

/**
 * Writes down that new certificates are wanted, of that life (milliseconds; as of the last ones if undefined, where that is
 * one to live with). What was begun for the same life and stopped is gone on with.
 */
export function askForRenewal(journal: Journal, lifetime: number | undefined, onNotice: OnNotice, now: number): void {
  const {renewing, header} = journal
  if (renewing && (lifetime ?? lifeOf(header.issuance)) === lifeOf(header.issuance)) {
    goOnRenewing(journal, onNotice, now)
    return
  }
  begin(journal, lifetime ?? lasting(header.issuance), now)
}

/**
 * For every run that may find a renewal that was stopped. Certificates that are on some nodes already have to be those that
 * the others get: once they are so old that the PKI would soon issue others in their place, all are issued anew.
 */
export function goOnRenewing(journal: Journal, onNotice: OnNotice, now: number): void {
  const {renewing, header} = journal
  if (!renewing) return
  if (isWorn(header.issuance, now)) {
    onNotice('Beginning anew what khw certs renew has begun: half the time of those certificates is over.')
    begin(journal, header.issuance?.lifetime, now)
  } else onNotice('Finishing what khw certs renew has begun.')
}

function begin(journal: Journal, lifetime: number | undefined, now: number): void {
  journal.beginRenewal({since: new Date(now).toISOString(), ...(lifetime !== undefined && {lifetime})})
}

/** What was to be seen ending was asked for once: without a word nobody gets it again. */
function lasting(issuance: Issuance | undefined): number | undefined {
  return lifeOf(issuance) < ENOUGH_TIME ? undefined : issuance?.lifetime
}

function lifeOf(issuance: Issuance | undefined): number {
  return issuance?.lifetime ?? LEAF_LIFE
}

/** At half their life: the PKI replaces them in the last quarter at the earliest, which must not come within a run. */
function isWorn(issuance: Issuance | undefined, now: number): boolean {
  return issuance === undefined || Date.parse(issuance.since) + lifeOf(issuance) / 2 <= now
}
