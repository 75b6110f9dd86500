import {parse, parseAllDocuments, stringify} from 'yaml'

/** A YAML 1.2 document with a line at the top that says what it is for. Long strings stay on one line. */
export function yamlFile(purpose: string, value: object): string {
  return `# ${purpose}\n${yamlText(value)}`
}

/** A YAML 1.2 document. Long strings stay on one line. */
export function yamlText(value: object): string {
  return stringify(value, {lineWidth: 0})
}

/** What a text of one document says. Throws what the parser says of a broken one. */
export function yamlValue(text: string): unknown {
  return parse(text) as unknown
}

/** The objects of a text of several documents; empty ones are left out. Throws what the parser says of a broken one. */
export function yamlDocuments(text: string): unknown[] {
  const documents = parseAllDocuments(text)
  if ('empty' in documents) return []
  return documents.flatMap(document => {
    const [error] = document.errors
    if (error) throw error
    const value: unknown = document.toJS()
    return value === null ? [] : [value]
  })
}
