import {readdirSync, readFileSync} from 'node:fs'
import {createRequire} from 'node:module'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import ts from 'typescript'

const ROOT = fileURLToPath(new URL('../../../src', import.meta.url))
const require = createRequire(import.meta.url)

/** What IAM calls the services of the SDK's packages (Service Authorization Reference, "service prefix"). */
const PREFIXES: Readonly<Record<string, string>> = {
  '@aws-sdk/client-ec2': 'ec2',
  '@aws-sdk/client-elastic-load-balancing-v2': 'elasticloadbalancing',
  '@aws-sdk/client-iam': 'iam',
  '@aws-sdk/client-service-quotas': 'servicequotas',
  '@aws-sdk/client-ssm': 'ssm',
  '@aws-sdk/client-sts': 'sts',
}

export interface CalledOperation {
  /** `ec2:CreateVpc` */
  readonly action: string
  /** `steps/network/vpc.ts` */
  readonly file: string
}

interface Source {
  readonly file: string
  readonly tree: ts.SourceFile
}

/** Every operation of AWS that khw's source calls, read from its syntax. Throws for what cannot be read with certainty. */
export function calledOperations(): readonly CalledOperation[] {
  const sources = ['aws', 'steps'].flatMap(folder => sourcesIn(folder))
  const clients = clientsByName(sources)
  const operations = new Set([...new Set(clients.values())].flatMap(operationsOf))
  return sources.flatMap(({file, tree}) => {
    const found: CalledOperation[] = []
    visit(tree, node => {
      if (ts.isElementAccessExpression(node) && clients.has(lastName(node.expression) ?? ''))
        throw new Error(`${file}: an operation must be called by its name, not ${node.getText(tree)}`)
      if (!ts.isPropertyAccessExpression(node)) return
      const operation = node.name.text.replace(/^./, first => first.toUpperCase())
      const client = clients.get(lastName(node.expression) ?? '')
      if (client !== undefined && operationsOf(client).includes(operation))
        found.push({action: `${PREFIXES[client] ?? client}:${operation}`, file})
      else if (operations.has(operation) && ts.isCallExpression(node.parent) && node.parent.expression === node)
        throw new Error(`${file}: ${node.getText(tree)} looks like a call of AWS by a client of another name`)
    })
    return found
  })
}

/** The SDK's package by the name that AwsClients gives a client of it: by that name all of the source calls it. */
function clientsByName(sources: readonly Source[]): ReadonlyMap<string, string> {
  const source = sources.find(({file}) => file === 'aws/clients.ts')
  if (source === undefined) throw new Error('there is no aws/clients.ts')
  const packages = new Map<string, string>()
  const clients = new Map<string, string>()
  visit(source.tree, node => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      const binding = node.importClause?.namedBindings
      if (binding && ts.isNamespaceImport(binding)) packages.set(binding.name.text, node.moduleSpecifier.text)
    }
    if (!ts.isPropertySignature(node) || node.type === undefined || !ts.isTypeReferenceNode(node.type)) return
    const {typeName} = node.type
    if (!ts.isQualifiedName(typeName)) return
    const name = packages.get(typeName.left.getText(source.tree))
    if (name !== undefined) clients.set(node.name.getText(source.tree), name)
  })
  return clients
}

/** Names of what a package can do, by its own commands: `CreateVpc`. */
function operationsOf(name: string): readonly string[] {
  return Object.keys(require(name) as object).flatMap(key => /^(\w+)Command$/.exec(key)?.[1] ?? [])
}

function sourcesIn(folder: string): readonly Source[] {
  return readdirSync(join(ROOT, folder), {recursive: true, encoding: 'utf8'})
    .filter(path => path.endsWith('.ts'))
    .map(path => {
      const file = join(folder, path)
      const text = readFileSync(join(ROOT, file), 'utf8')
      return {file, tree: ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, true)}
    })
}

/** `ec2` of `ec2`, of `clients.ec2` and of `this.clients.ec2`. */
function lastName(expression: ts.Expression): string | undefined {
  if (ts.isIdentifier(expression)) return expression.text
  return ts.isPropertyAccessExpression(expression) ? expression.name.text : undefined
}

function visit(node: ts.Node, on: (node: ts.Node) => void): void {
  on(node)
  ts.forEachChild(node, child => {
    visit(child, on)
  })
}
