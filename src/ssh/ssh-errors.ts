import {KhwError, messageOf} from '../errors.js'
import type {SshTarget} from './connection.js'

/** What ssh2 says of the layer that failed (`level`): how a bad line is told from a bad key or a bad configuration. */
const PASSING_LEVELS: readonly unknown[] = ['client-socket', 'client-timeout', 'protocol']

/** The line broke under a command, so that its outcome is unknown: what is idempotent may be run again. */
export class ConnectionBroken extends KhwError {
  constructor({name, host}: SshTarget, command: string, cause: unknown) {
    super(
      'SSH_FAILED',
      `The connection to ${name} (${host}) broke during "${shorten(command)}"${cause === undefined ? '' : `: ${messageOf(cause)}`}.`,
      ['Run the same command again: it goes on where it stopped.'],
      {cause},
    )
  }
}

export function commandFailed(target: Pick<SshTarget, 'name'>, command: string, how: string, said: string): KhwError {
  return new KhwError(
    'REMOTE_COMMAND_FAILED',
    `On ${target.name}, "${shorten(command)}" ${how}${said === '' ? '' : `:\n${said}`}`,
    [
      `Look at the machine with: khw ssh ${target.name}`,
      'Then run the same command again: it goes on where it stopped.',
    ],
  )
}

export function commandTimedOut(target: SshTarget, command: string, timeout: number): KhwError {
  return new KhwError('TIMEOUT', `On ${target.name}, "${shorten(command)}" did not end within ${timeout / 1000} s.`, [
    `Look at the machine with: khw ssh ${target.name}`,
  ])
}

export function wrongHostKey(target: SshTarget, cause: unknown): KhwError {
  return new KhwError(
    'SSH_HOST_KEY',
    `${target.name} (${target.host}) shows a host key that is not the one khw gave it. Somebody may be in between; nothing was sent.`,
    ['Destroy the cluster and create it anew, unless you know why the key changed.'],
    {cause},
  )
}

/** The machine in between could not pass on a connection: worth another try, as of one that refuses it. */
export function noWayThrough({name}: Pick<SshTarget, 'name'>, host: string, why: string): Error {
  return Object.assign(new Error(`${name} could not reach ${host}: ${why}`), {level: 'client-socket'})
}

export function keysMissing(node: string): KhwError {
  return new KhwError('SSH_FAILED', `The SSH keys of ${node} are not among the cluster's secrets.`, [
    'Destroy the cluster and create it anew: without its keys nobody gets in.',
  ])
}

export function unreachable(node: string, host: string, waited: number, cause: unknown): KhwError {
  return new KhwError(
    'SSH_FAILED',
    `${node} (${host}) did not let khw in over SSH within ${Math.round(waited / 1000)} s: ${messageOf(cause)}.`,
    [
      'See whether its machine still runs: khw status',
      'If it runs, check that your address may reach its port 22.',
      'Then run the same command again: a machine that is gone is launched anew.',
    ],
    {cause},
  )
}

/** sshd answered, and does not know the operator's key: cloud-init may not have written authorized_keys yet. */
export function isRefusal(error: unknown): boolean {
  return levelOf(error) === 'client-authentication'
}

/** Nobody answers at all: as while a machine is launched, or behind a firewall that drops what it does not let through. */
export function isSilence(error: unknown): boolean {
  return levelOf(error) === 'client-timeout' || codeOf(error) === 'ETIMEDOUT'
}

/** A machine that is still booting, or a bad line: worth another try. */
export function mayPass(error: unknown): boolean {
  // node-ssh's own word for a connection that was closed during authentication.
  return codeOf(error) === 'ETIMEDOUT' || PASSING_LEVELS.includes(levelOf(error))
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}

function levelOf(error: unknown): unknown {
  return error instanceof Error && 'level' in error ? error.level : undefined
}

function shorten(command: string): string {
  const line = command.trim().split('\n')[0] ?? ''
  return line.length > 80 ? `${line.slice(0, 77)}...` : line
}
