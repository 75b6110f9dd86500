import {stringify} from 'yaml'

/** A YAML 1.2 document with a line at the top that says what it is for. Long strings stay on one line. */
export function yamlFile(purpose: string, value: object): string {
  return `# ${purpose}\n${stringify(value, {lineWidth: 0})}`
}
