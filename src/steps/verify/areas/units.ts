import type {Verdict} from '../../../benchmark/check.js'
import {nodesOf} from '../../../cluster/addressing.js'
import {IDLE_UNITS_COMMAND} from '../../../templates/remote-commands.js'
import {asRoot} from '../../node/root-shell.js'
import {joined, onNode, type Subject} from '../cures.js'
import {askNodes, type AreaInput} from './area.js'

export const UNITS = 'Every unit that khw made runs'

/** A unit that does not run, and the word systemd has for that: `inactive`, `failed`. */
export interface IdleUnit {
  readonly node: string
  readonly unit: string
  readonly state: string
}

/** Of the nodes' units, whatever they say of themselves: a worker whose haproxy stands still is Ready for a while. */
export async function unitVerdicts(input: AreaInput): Promise<readonly Verdict[]> {
  const {signal, context} = input
  const {answers, silent} = await askNodes(input, nodesOf(context.spec), async ({name}, ssh) =>
    parseUnits(name, await asRoot(ssh, IDLE_UNITS_COMMAND, {signal})),
  )
  return [...silent, ...(answers.length === 0 ? [] : [unitVerdict(answers.flat(), context)])]
}

export function parseUnits(node: string, output: string): readonly IdleUnit[] {
  const lines = output.split('\n').filter(line => line !== '')
  return lines.map(line => {
    const [unit = '', state = ''] = line.split(' ')
    return {node, unit, state}
  })
}

/** One that has failed would fail again: its own words say why. */
export function unitVerdict(idle: readonly IdleUnit[], subject: Subject): Verdict {
  const row = {id: 'units', title: UNITS}
  if (idle.length === 0) return {...row, state: 'PASS', found: 'all of them'}
  const sorted = idle.toSorted((a, b) => a.node.localeCompare(b.node, 'en', {numeric: true}))
  const cures = sorted.map(({node, unit, state}) =>
    onNode(
      subject,
      node,
      state === 'inactive' ? `sudo systemctl start ${unit}` : `sudo journalctl -u ${unit} -n 50 --no-pager`,
    ),
  )
  const found = sorted.map(({node, unit, state}) => `${node}: ${unit} is ${state}`).join('; ')
  return {...row, state: 'FAIL', found, cure: joined(cures)}
}
