import type {NodeFile, NodeUnit} from './bundle.js'
import {privateFile} from './node-files.js'

/** Settings of one section, in order; a list writes its setting several times. */
export type UnitSection = Readonly<Record<string, string | readonly string[]>>

/** A unit with its file: what a template hands to the bundle. */
export interface UnitTemplate {
  readonly unit: NodeUnit
  readonly file: NodeFile
}

export interface UnitInput {
  /** `kubelet.service` */
  readonly name: string
  readonly unit: UnitSection
  readonly service: UnitSection
  /** See NodeUnit. */
  readonly inputs: readonly string[]
  readonly startNow: boolean
  /** See NodeUnit. */
  readonly reloads?: true
}

/** systemd.unit(5). Every unit starts at boot, and systemd never gives up on it: a node heals without help. */
export function systemdUnit({name, unit, service, inputs, startNow, reloads}: UnitInput): UnitTemplate {
  const text = [
    section('Unit', {...unit, StartLimitIntervalSec: '0'}),
    section('Service', service),
    section('Install', {WantedBy: 'multi-user.target'}),
  ].join('\n')
  return {
    unit: {name, inputs, startNow, ...(reloads && {reloads})},
    file: privateFile(`/etc/systemd/system/${name}`, text),
  }
}

/** A flag and its value, or undefined to leave it out. */
export type Flags = Readonly<Record<string, string | number | boolean | undefined>>

/** A command line with one flag a line. systemd.service(5): a backslash at the end continues the line. */
export function commandLine(program: string, flags: Flags): string {
  const parts = Object.entries(flags).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}=${value}`]))
  return [program, ...parts.map(escape)].join(' \\\n  ')
}

/** `%` and `$` mean something to systemd; the directory of credentials (credentials.ts) is meant so. */
function escape(argument: string): string {
  return argument.replace(/%/g, '%%').replace(/\$(?!\{CREDENTIALS_DIRECTORY\}\/)/g, '$$$$')
}

/** A section of a unit's file. */
export function section(name: string, settings: UnitSection): string {
  const lines = Object.entries(settings).flatMap(([key, value]) =>
    (typeof value === 'string' ? [value] : value).map(each => `${key}=${each}`),
  )
  return `[${name}]\n${lines.join('\n')}\n`
}

/** Restart after any exit, soon: these programs end when a neighbour is not there yet. */
export const RESTART: UnitSection = {Restart: 'always', RestartSec: '1s'}
