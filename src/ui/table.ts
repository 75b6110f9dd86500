import type {Style} from './style.js'
import {padTo, widthOf, wrap} from './text.js'

const GAP = '  '

/** Columns aligned under dim headings. Cells may be coloured; trailing spaces are left out. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[], style: Style): string {
  const widths = headings.map((heading, i) => Math.max(widthOf(heading), ...rows.map(row => widthOf(row[i] ?? ''))))
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (i === cells.length - 1 ? cell : padTo(cell, widths[i] ?? 0)))
      .join(GAP)
      .trimEnd()
  return [line(headings.map(heading => style.dim(heading))), ...rows.map(line)].join('\n')
}

/**
 * `Label   value` lines, indented by two; a value goes on in the next line where this one would be wider than `columns`, but
 * for one without blanks, such as an address, that somebody may want to copy.
 */
export function fields(rows: readonly (readonly [label: string, value: string])[], style: Style, columns = 80): string {
  const width = Math.max(...rows.map(([label]) => widthOf(label)))
  const room = columns - 2 - width - GAP.length
  return rows
    .map(([label, value]) => {
      const [first = '', ...more] = wrap(value, room)
      const indent = ' '.repeat(2 + width + GAP.length)
      return [`  ${padTo(style.dim(label), width)}${GAP}${first}`, ...more.map(line => `${indent}${line}`)].join('\n')
    })
    .join('\n')
}
