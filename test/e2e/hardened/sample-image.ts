import {execFileSync, spawn} from 'node:child_process'
import {readdirSync, readFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {imageArchive} from '../../../src/artifacts/images/image-archive.js'
import {homeOf} from '../../../src/cluster/home.js'
import {sshCommand} from '../../../src/steps/cluster-access.js'
import type {TarEntry} from '../../../src/tar.js'
import type {Khw} from '../khw.js'
import {ARCHITECTURE, buildSampleApiserver, SAMPLE_APISERVER} from '../sample-apiserver.js'
import {clusterOf} from './rendered-addon.js'

export const SAMPLE_IMAGE = 'khw.local/sample-apiserver:1'

/** Kubernetes' sample-apiserver and the etcd it keeps its objects in, with that one's C library: nothing else is in it. */
export async function sampleImage(): Promise<Buffer> {
  await buildSampleApiserver()
  const etcd = cachedEtcd()
  const program = (name: string, path: string): TarEntry => ({
    kind: 'file',
    name,
    mode: 0o755,
    content: readFileSync(path),
  })
  const libraries = [...execFileSync('ldd', [etcd], {encoding: 'utf8'}).matchAll(/(\/\S+) \(0x/g)].map(
    match => match[1] ?? '',
  )
  const folders = new Set(libraries.flatMap(path => ancestorsOf(path.slice(1))))
  return imageArchive({
    architecture: ARCHITECTURE,
    tags: [SAMPLE_IMAGE],
    command: ['/bin/sample-apiserver'],
    environment: ['PATH=/bin'],
    layer: [
      {kind: 'directory', name: 'bin/', mode: 0o755},
      {kind: 'directory', name: 'tmp/', mode: 0o1777},
      ...[...folders].sort().map((name): TarEntry => ({kind: 'directory', name: `${name}/`, mode: 0o755})),
      program('bin/sample-apiserver', SAMPLE_APISERVER),
      program('bin/etcd', etcd),
      ...libraries.map(path => program(path.slice(1), path)),
    ],
  })
}

/** Runs a command on a node, with this on its standard input; resolves with what it prints. */
export async function onNode(
  khw: Khw,
  cluster: string,
  node: string,
  command: string,
  input: Uint8Array = Buffer.alloc(0),
): Promise<string> {
  const {program, args} = await sshCommand({...clusterOf(khw, cluster), node, command: [command]})
  const child = spawn(program, args, {stdio: ['pipe', 'pipe', 'pipe']})
  let output = ''
  child.stdout.on('data', (text: Buffer) => (output += text.toString()))
  child.stderr.on('data', (text: Buffer) => (output += text.toString()))
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  return new Promise((resolve, reject) => {
    child.once('close', code => {
      if (code === 0) resolve(output)
      else reject(new Error(`"${command}" on ${node} exited with ${code}: ${output}`))
    })
  })
}

/** Debian's, as the controllers have it. */
function cachedEtcd(): string {
  const artifacts = join(homeOf().cache, 'artifacts')
  const found = readdirSync(artifacts, {recursive: true, encoding: 'utf8'}).find(path => path.endsWith('/etcd'))
  if (found === undefined) throw new Error(`there is no etcd below ${artifacts}`)
  return join(artifacts, found)
}

function ancestorsOf(path: string): string[] {
  const parent = dirname(path)
  return parent === '.' ? [] : [...ancestorsOf(parent), parent]
}
