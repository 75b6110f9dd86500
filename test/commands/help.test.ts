import {spawnSync} from 'node:child_process'
import {cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {expect} from 'chai'
import ts from 'typescript'

const GROUPS = ['RUN', 'MACHINES', 'ADD-ONS', 'NETWORK', 'SECURITY', 'DOWNLOADS', 'AWS', 'GLOBAL']

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** A module loader that fails on the libraries that take long to load. */
const FORBID = `data:text/javascript,${encodeURIComponent(`
  import {register} from 'node:module'
  register('data:text/javascript,' + encodeURIComponent(\`
    export async function resolve(specifier, context, next) {
      if (/^(@aws-sdk|@peculiar|ssh2|node-ssh|listr2|inquirer|conf|yaml)(\\\\/|$)/.test(specifier))
        throw new Error('loaded ' + specifier + ' from ' + context.parentURL)
      return next(specifier, context)
    }\`))`)}`

describe('khw --help', function () {
  this.timeout(60_000)
  let app: string

  // Compiled apart from dist/, which may be of another day.
  before(() => {
    app = mkdtempSync(join(tmpdir(), 'khw-help-'))
    const compilerOptions = {module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023, verbatimModuleSyntax: true}
    for (const file of readdirSync(join(ROOT, 'src'), {recursive: true, encoding: 'utf8'})) {
      if (!file.endsWith('.ts')) continue
      const {outputText} = ts.transpileModule(readFileSync(join(ROOT, 'src', file), 'utf8'), {compilerOptions})
      const target = join(app, 'dist', file.replace(/\.ts$/, '.js'))
      mkdirSync(dirname(target), {recursive: true})
      writeFileSync(target, outputText)
    }
    cpSync(join(ROOT, 'package.json'), join(app, 'package.json'))
    cpSync(join(ROOT, 'bin'), join(app, 'bin'), {recursive: true})
    symlinkSync(join(ROOT, 'node_modules'), join(app, 'node_modules'))
  })

  after(() => {
    rmSync(app, {recursive: true, force: true})
  })

  function khw(...argv: string[]): {status: number | null; stdout: string; stderr: string} {
    const env = {...process.env, KHW_HOME: join(app, 'home'), NODE_ENV: 'production'}
    return spawnSync(process.execPath, ['--import', FORBID, join(app, 'bin/run.js'), ...argv], {encoding: 'utf8', env})
  }

  it('lists the commands without loading AWS, SSH or display libraries', () => {
    const {status, stdout, stderr} = khw('--help')
    expect(stderr).to.equal('')
    expect(status).to.equal(0)
    for (const name of ['create', 'destroy', 'kubeconfig', 'list', 'ssh', 'status'])
      expect(stdout).to.match(new RegExp(`^ +${name} +\\w`, 'm'))
  })

  it('explains create without them, and a mistake in its flags', () => {
    const help = khw('create', '--help')
    expect(help.stderr).to.equal('')
    expect(help.stdout).to.include('--kubernetes-version').and.to.include('EXAMPLES')
    expect(help.stdout).to.match(/--allow-cidr=CIDR,\.\.\.\s/)
    expect(khw('create', '--frobnicate')).to.include({status: 2})
  })

  it('lists the flags of create in the order of their worth, by groups, and what every command has last', () => {
    const {stdout} = khw('create', '--help')
    const headings = [...stdout.matchAll(/^([A-Z-]+ )?FLAGS$/gm)].map(([heading]) => heading)
    expect(headings).to.have.members(['FLAGS', ...GROUPS.map(group => `${group} FLAGS`)])
    expect(headings.slice(0, 3)).to.deep.equal(['FLAGS', 'RUN FLAGS', 'MACHINES FLAGS'])
    expect(headings.slice(-2)).to.deep.equal(['AWS FLAGS', 'GLOBAL FLAGS'])
    const [main = ''] = stdout.split('\nFLAGS\n').slice(1)
    const flags = [...main.matchAll(/^ +(?:-y, )?--([a-z-]+)/gm)].map(([, flag]) => flag)
    expect(flags.slice(0, 5)).to.deep.equal(['name', 'provider', 'region', 'controllers', 'workers'])
    const destroy = khw('destroy', '--help').stdout
    expect(destroy).to.match(/\nFLAGS\n {2}-y, --yes .*\n {6}--provider=<option> /)
    expect(khw('help', 'create').stdout).to.equal(stdout)
  })

  it('is also -h and help, and its version -v and version', () => {
    expect(khw('-h').stdout).to.match(/^ +create +\w/m)
    const renew = khw('certs', 'renew', '-h')
    expect(renew).to.include({status: 0, stderr: ''})
    expect(renew.stdout).to.include('khw certs renew')
    expect(khw('help', 'certs', 'renew').stdout).to.equal(renew.stdout)
    const version = khw('-v')
    expect(version).to.include({status: 0, stderr: ''})
    expect(version.stdout).to.match(/^khw\/\d/)
    expect(khw('version').stdout).to.equal(version.stdout)
  })

  it('would notice: a command that needs AWS cannot run', () => {
    const {status, stderr} = khw('create', '--provider', 'local', '--controllers', '2', '--yes')
    expect(status).to.equal(1)
    expect(stderr).to.match(/loaded (@aws-sdk|conf|ssh2|node-ssh|@peculiar)/)
  })
})
