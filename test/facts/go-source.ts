/** Just enough of Go to read what its sources declare: flags of programs and fields of structs. No type checking. */

/** One flag as `AddFlags` and its like register it; the receiver is the type whose method does. */
export interface GoFlag {
  readonly name: string
  readonly receiver: string
}

const CONSTRUCTOR =
  /^(?:Bool|Count|Duration|Float32|Float64|Int|Int32|Int64|IP|IPMask|IPNet|String|Uint|Uint8|Uint16|Uint32|Uint64)(?:Slice|Array)?P?$/

/**
 * The flags that the files of a package register: `fs.StringVar(&x, "name", ...)`, `fs.String("name", ...)`, and the
 * kubelet's `register(global, local, "name")`. Names may be constants; those made at run time are not found.
 */
export function flagsOf(sources: readonly string[]): GoFlag[] {
  const texts = sources.map(withoutComments)
  const constants = new Map(
    texts
      .flatMap(text => [...text.matchAll(/^\s*(?:const\s+)?(\w+)(?:\s+string)?\s*=\s*"([^"\n]*)"\s*$/gm)])
      .map(([, name = '', value = '']) => [name, value]),
  )
  const literal = (argument = ''): string | undefined =>
    /^[A-Za-z][\w-]*$/.exec(/^"(.*)"$/.exec(argument)?.[1] ?? constants.get(argument) ?? '')?.[0]
  return texts.flatMap(functionsOf).flatMap(({receiver, body}) =>
    [...body.matchAll(/(\w*\)?\.)?\b(\w+)\(/g)].flatMap(({0: whole, 1: of, 2: method = '', index}) => {
      const at = positionOfName(of, method)
      const name = at === undefined ? undefined : literal(argumentsAt(body, index + whole.length)[at])
      // What another package registered with underscores is renamed.
      return name === undefined ? [] : [{name: at === 2 ? name.replaceAll('_', '-') : name, receiver}]
    }),
  )
}

/** Which argument of a call is a flag's name. */
function positionOfName(of: string | undefined, method: string): number | undefined {
  if (of === undefined) return /^register(Deprecated)?$/.test(method) ? 2 : undefined
  if (/Var\w*$/.test(method)) return 1
  return of === 'fs.' && CONSTRUCTOR.test(method) ? 0 : undefined
}

/** The arguments of a call whose parenthesis is already passed. */
function argumentsAt(text: string, from: number): string[] {
  const found: string[] = []
  let depth = 0
  let start = from
  for (let at = from; at < text.length; at++) {
    const character = text.charAt(at)
    if (character === '"' || character === '`') at = endOfString(text, at)
    else if ('([{'.includes(character)) depth++
    else if (depth > 0 && ')]}'.includes(character)) depth--
    else if (depth === 0 && ',)'.includes(character)) {
      found.push(text.slice(start, at).trim())
      if (character === ')') break
      start = at + 1
    }
  }
  return found
}

/** A type as written: a struct's fields, or what another type is a name for. */
export type GoType =
  {readonly kind: 'struct'; readonly fields: readonly GoField[]} | {readonly kind: 'other'; readonly expression: string}

export interface GoField {
  /** Undefined where a struct is embedded and its fields count as its own. */
  readonly key?: string
  /** `[]*v1.Pod`, `map[string]string`. */
  readonly type: string
}

export interface GoFile {
  readonly types: ReadonlyMap<string, GoType>
  /** By the name they have in this file. */
  readonly imports: ReadonlyMap<string, string>
}

/** Types of a file with the keys their fields have in JSON (or in another encoding, by the name of its tag). */
export function typesOf(source: string, tag = 'json'): GoFile {
  const text = withoutComments(source)
  const types = new Map<string, GoType>()
  for (const match of text.matchAll(/^(?:type\s+|\t)(\w+)\s+(struct\s*\{|[[\]*\w.]+[ \t]*$)/gm)) {
    const [whole, name, rest] = match
    if (name === undefined || rest === undefined) continue
    if (!whole.startsWith('type') && !inTypeGroup(text, match.index)) continue
    if (!rest.startsWith('struct')) types.set(name, {kind: 'other', expression: rest.trim()})
    else types.set(name, {kind: 'struct', fields: fieldsOf(block(text, match.index + whole.length), tag)})
  }
  return {types, imports: importsOf(text)}
}

function fieldsOf(body: string, tag: string): GoField[] {
  const fields: GoField[] = []
  for (const line of body.split('\n')) {
    const match = /^\s*(?:(\w+)\s+)?([^`]*?)\s*(?:`([^`]*)`)?\s*$/.exec(line)
    // A struct that is embedded stands alone.
    const type = match?.[2]?.trim() || match?.[1]
    if (!match || type === undefined || type === '') continue
    const [key = '', ...options] = (new RegExp(`\\b${tag}:"([^"]*)"`).exec(match[3] ?? '')?.[1] ?? '').split(',')
    if (key === '-') continue
    const embedded = match[1] === undefined || match[1] === type || options.includes('inline')
    if (embedded && key === '') fields.push({type})
    else if (key !== '') fields.push({key, type})
  }
  return fields
}

function functionsOf(text: string): {receiver: string; body: string}[] {
  return [...text.matchAll(/^func\s*(?:\(\s*(?:\w+\s+)?\*?(\w+)\s*\))?[^\n]*\{[ \t]*$/gm)].map(match => ({
    receiver: match[1] ?? '',
    body: block(text, match.index + match[0].length),
  }))
}

/** What stands between an opening brace, already passed, and its closing one; braces in strings do not count. */
function block(text: string, from: number): string {
  let depth = 1
  for (let at = from; at < text.length; at++) {
    const character = text.charAt(at)
    if (character === '"' || character === '`') at = endOfString(text, at)
    else if (character === '{') depth++
    else if (character === '}' && --depth === 0) return text.slice(from, at)
  }
  return text.slice(from)
}

function endOfString(text: string, start: number): number {
  const quote = text.charAt(start)
  for (let at = start + 1; at < text.length; at++) {
    if (quote === '"' && text.charAt(at) === '\\') at++
    else if (text.charAt(at) === quote) return at
  }
  return text.length
}

function withoutComments(source: string): string {
  return source.replace(/("(?:[^"\\\n]|\\.)*"|`[^`]*`)|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (_, text?: string) => text ?? '')
}

function importsOf(text: string): Map<string, string> {
  const group =
    /^import\s*\(([\s\S]*?)^\)/m.exec(text)?.[1] ?? [...text.matchAll(/^import\s+(.*)$/gm)].map(m => m[1]).join('\n')
  const pairs = [...group.matchAll(/(?:([\w.]+)\s+)?"([^"]+)"/g)].map(
    ([, alias, path = '']) => [alias ?? path.split('/').at(-1) ?? '', path] as const,
  )
  return new Map(pairs)
}

/** Whether a line stands in `type ( ... )`. */
function inTypeGroup(text: string, index: number): boolean {
  const before = text.slice(0, index)
  const opened = before.lastIndexOf('\ntype (')
  return opened >= 0 && !/^\)/m.test(before.slice(opened + 1))
}
