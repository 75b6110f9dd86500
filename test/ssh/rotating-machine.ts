import {mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import ssh2 from 'ssh2'
import type {SshKeyPair} from '../../src/ssh/keys.js'
import {sandbox, type Sandbox} from '../templates/shell.js'
import {FaultyServer, type Answer, type Ending} from './faulty-server.js'

/** Programs that the scripts start one after the other, each a point at which they can be killed. */
const PROGRAMS = ['flock', 'ssh-keygen', 'mv', 'cp', 'systemctl', 'cat'] as const

/** A machine whose /etc/ssh is a directory here. It runs the real scripts, and sshd reads its host key when it is told to. */
export class RotatingMachine {
  /** For the next commands, one each: how the line breaks, before the command runs or when its answer is due. */
  lineFaults: ({readonly when: 'before' | 'after'; readonly end: Ending} | undefined)[] = []

  private constructor(
    readonly server: FaultyServer,
    private readonly box: Sandbox,
  ) {}

  static async boot(operator: SshKeyPair): Promise<RotatingMachine> {
    const box = await sandbox()
    const machine = new RotatingMachine(await FaultyServer.start(operator), box)
    mkdirSync(machine.path('ssh'))
    writeFileSync(machine.path('ssh/ssh_host_ed25519_key'), machine.server.hostKey.privateKey, {mode: 0o600})
    writeFileSync(machine.path('shown'), machine.server.hostKey.privateKey, {mode: 0o600})
    // Not `exec`: the parent of each program must be one of the script's own processes, as it may be killed.
    await box.standIn('sudo', 'shift; "$@"; exit $?')
    for (const program of PROGRAMS) await box.standIn(program, machine.standInOf(program))
    machine.killAt(0)
    machine.server.answer = ({command}) => machine.answer(command)
    return machine
  }

  /** The shell is killed when it starts its nth program from now on; 0: never. */
  killAt(nth: number): void {
    writeFileSync(this.path('count'), '0\n')
    writeFileSync(this.path('kill'), `${nth}\n`)
  }

  /** The machine's own key, once it has one: its public line. */
  ownKey(): string {
    return this.read('ssh/khw_host_key.pub').trim()
  }

  async run(command: string): Promise<Answer> {
    const {exitCode, stdout, stderr} = await this.box.run(command.replaceAll('/etc/ssh', this.path('ssh')))
    this.server.hostKey = {privateKey: this.read('shown'), publicKey: publicLine(this.read('shown'))}
    return {stdout: [stdout], stderr, end: exitCode === null ? {signal: 'KILL'} : {code: exitCode}}
  }

  async shutDown(): Promise<void> {
    await this.server.stop()
    await this.box.remove()
  }

  private async answer(command: string): Promise<Answer> {
    const fault = this.lineFaults.shift()
    if (fault?.when === 'before') return {end: fault.end}
    const answer = await this.run(command)
    return fault ? {end: fault.end} : answer
  }

  /** Only what the shell has of its own, for speed: real programs are found behind the stand-ins in PATH. */
  private standInOf(program: string): string {
    const reload = `[ "$2" = ssh ] && cp ${this.path('ssh/ssh_host_ed25519_key')} ${this.path('shown')}`
    return `read -r n <${this.path('count')}
echo $((n + 1)) >${this.path('count')}
read -r point <${this.path('kill')}
[ $point != $((n + 1)) ] || { kill -9 $PPID; exit 1; }
PATH=\${PATH#*:}
${program === 'systemctl' ? reload : `exec ${program} "$@"`}`
  }

  private read(name: string): string {
    return readFileSync(this.path(name), 'utf8')
  }

  private path(name: string): string {
    return join(this.box.root, name)
  }
}

/** Without a comment. */
function publicLine(privateKey: string): string {
  const key = ssh2.utils.parseKey(privateKey)
  if (key instanceof Error) throw key
  return `ssh-ed25519 ${key.getPublicSSH().toString('base64')}`
}
