import {spawn, type ChildProcess} from 'node:child_process'
import {mkdirSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import type {Answer, Request} from './trial.js'

const LANE = fileURLToPath(new URL('lane.ts', import.meta.url))
/** With a roomy young generation, what one trial leaves behind is not copied about during the next. */
const LONG_LIVED = ['--min-semi-space-size=64', '--max-semi-space-size=64']
/** Longer than the slowest trial: two creates that wait, and a busy machine. */
const PATIENCE = 600_000

/** How a network namespace is had: root makes one; others become root of one, where the kernel lets them. */
export function namespaceArguments(root: boolean): readonly string[] {
  return root ? ['--net'] : ['--user', '--map-root-user', '--net']
}

/** The process of one lane; it is ended, and started again in a new directory, when a trial has left it in disorder. */
export class LaneProcess {
  private child: ChildProcess | undefined
  private starts = 0

  constructor(
    private readonly directory: string,
    private readonly root: boolean,
  ) {}

  /** Resolves to what the lane answered, or to why it did not. */
  ask(request: Request): Promise<Answer> {
    const child = (this.child ??= this.start())
    return new Promise(resolve => {
      const settle = (answer: Answer): void => {
        clearTimeout(timer)
        child.removeAllListeners()
        resolve(answer)
      }
      const timer = setTimeout(() => {
        this.stop()
        settle({type: 'broken', error: `no answer within ${PATIENCE / 1000} s`})
      }, PATIENCE)
      child.once('message', message => {
        settle(message as Answer)
      })
      child.once('exit', code => {
        this.child = undefined
        settle({type: 'broken', error: `the lane ended with ${String(code)}`})
      })
      child.once('error', error => {
        settle({type: 'broken', error: error.message})
      })
      child.send(request)
    })
  }

  /** The next request is given to a new process with a new region. */
  stop(): void {
    this.child?.removeAllListeners()
    this.child?.kill('SIGKILL')
    this.child = undefined
  }

  private start(): ChildProcess {
    this.starts += 1
    const directory = `${this.directory}-${this.starts}`
    mkdirSync(directory, {recursive: true})
    const args = [...namespaceArguments(this.root), process.execPath, ...LONG_LIVED, '--import', 'tsx', LANE, directory]
    return spawn('unshare', args, {stdio: ['ignore', 'inherit', 'inherit', 'ipc']})
  }
}
