import {generateSshKey} from '../../../../src/ssh/keys.js'
import {commandKind} from '../command-kind.mjs'
import {apply} from './apply.js'
import type {Machine} from './machine.js'

export interface CommandResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs one of the commands khw is known to run. What is not known exits with 127, so that a change of khw is seen. */
export async function runCommand(machine: Machine, command: string, input: Buffer): Promise<CommandResult> {
  machine.commands.push(command)
  const script = unquoted(command)
  if (script === undefined) return {code: 127, stdout: '', stderr: `not a script for root: ${command}\n`}
  try {
    const stdout = await outputOf(machine, script, input)
    if (stdout !== undefined) return {code: 0, stdout, stderr: ''}
    return {code: 127, stdout: '', stderr: `no simulated machine knows this command:\n${script}\n`}
  } catch (error) {
    return {code: 1, stdout: '', stderr: `${error instanceof Error ? error.message : String(error)}\n`}
  }
}

/** Undefined: an unknown command. */
async function outputOf(machine: Machine, script: string, input: Buffer): Promise<string | undefined> {
  switch (commandKind(script)) {
    case 'draw-host-key':
      return drawHostKey(machine)
    case 'install-host-key':
      machine.hostKey = machine.keys.next?.privateKey ?? fail('there is no next host key')
      return ''
    case 'wait-for-fetch':
      machine.fetched = wordOf(script, /= ([0-9a-f]{16}) \]; \}/)
      return `${JSON.stringify({fetched: machine.fetched})}\n`
    case 'apply':
      return apply(machine, script, input)
    case 'etcd-began':
      if (!machine.hasEtcdData) return 'none\n'
      return /initial-cluster-state=existing/.test(machine.text('/etc/systemd/system/etcd.service'))
        ? 'existing\n'
        : 'new\n'
    case 'etcd-members':
      return machine.hasEtcdData ? served(machine).list() : ''
    case 'etcd-remove-member':
      served(machine).remove(wordOf(script, /member remove (\S+)/))
      return ''
    case 'etcd-add-member':
      served(machine).expect(wordOf(script, /--peer-urls=(\S+)/))
      return ''
    case 'etcd-health':
      served(machine)
      return ''
    case 'read-etcd-key':
      return (
        served(machine)
          .values.get(wordOf(script, /--print-value-only (\S+)/))
          ?.toString('base64') ?? ''
      )
    case 'unit-jobs':
      // Whatever was restarted has been.
      return ''
    case 'other-values': {
      const prefixes = [...script.matchAll(/^from=(\S+)/gm)].map(([, prefix = '']) => prefix)
      const begin = wordOf(script, /"Value" : "([^/]+)\/\{g/)
      const others = [...served(machine).values].filter(([key, value]) => {
        return prefixes.some(prefix => key.startsWith(prefix)) && !value.toString('latin1').startsWith(begin)
      })
      return others.map(([key]) => `${key}\n`).join('')
    }
    case 'unknown':
      return undefined
  }
}

function drawHostKey(machine: Machine): string {
  machine.keys.next ??= generateSshKey('')
  return `${machine.keys.next.publicKey.split(' ').slice(0, 2).join(' ')}\n`
}

/** etcd of this machine, if it serves. */
function served(machine: Machine): Machine['etcd'] {
  return machine.etcdHealthy ? machine.etcd : fail('context deadline exceeded')
}

function wordOf(script: string, pattern: RegExp): string {
  return pattern.exec(script)?.[1] ?? fail(`the command has no ${pattern.source} in it`)
}

function fail(what: string): never {
  throw new Error(what)
}

/** The script of `sudo sh -c SCRIPT`, one word of POSIX sh. */
function unquoted(command: string): string | undefined {
  const word = /^sudo (?:-n )?sh -c ([\s\S]+)$/.exec(command)?.[1]
  if (word === undefined || !word.startsWith("'")) return word
  return word.slice(1, -1).replaceAll(`'\\''`, "'")
}
