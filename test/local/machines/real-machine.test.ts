import {mkdtemp, readFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect} from 'chai'
import {homeOf} from '../../../src/cluster/home.js'
import {findLeftovers} from '../../../src/local/daemon/leftovers.js'
import {hostArchitecture} from '../../../src/local/host/architecture.js'
import {removeTree} from '../../../src/local/host/mounts.js'
import {regionNames} from '../../../src/local/host/names.js'
import {checkHost} from '../../../src/local/host/requirements.js'
import {run} from '../../../src/local/host/run.js'
import {ensureImage} from '../../../src/local/images/build.js'
import {cgroupHost} from '../../../src/local/machines/cgroups.js'
import {createMachines, type Machines} from '../../../src/local/machines/machines.js'
import {sampleInstance} from './sample-instance.js'

const ID = 'i-00000000000000001'
const USER_DATA =
  '#cloud-config\nhostname: named-by-user-data\nruncmd: [[sh, -c, "echo $(hostname) >>/var/lib/told"]]\n'

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not within a minute: ${what}`)
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}

describe('a machine', function () {
  this.timeout(300_000)
  let directory: string
  let open: (exited: string[]) => Machines
  let machines: Machines
  const exits: string[] = []
  const {state, instance} = sampleInstance(ID, USER_DATA)

  before(async function () {
    const home = homeOf()
    const problems = await checkHost(home)
    const architecture = hostArchitecture()
    const cgroups = cgroupHost()
    if (problems.length > 0 || !architecture || !cgroups) {
      console.log(`    skipped: ${problems.map(({what}) => what).join(' ')}`)
      this.skip()
    }
    const image = await ensureImage({cache: home.cache, architecture, onProgress: () => undefined})
    directory = await mkdtemp(join(tmpdir(), 'khw-machine-'))
    const names = regionNames(directory)
    open = exited => {
      const made = createMachines({names, directory, image: image.directory, cgroups})
      made.onMachineExit(id => exited.push(id))
      return made
    }
    await run('ip', ['netns', 'add', names.instanceNamespace(ID)])
    machines = open(exits)
  })

  after(async () => {
    if (!directory) return
    await machines.removeMachine(ID)
    machines.close()
    const names = regionNames(directory)
    await run('ip', ['netns', 'delete', names.instanceNamespace(ID)])
    expect(await findLeftovers(names, join(directory, ID))).to.deep.equal([])
    await removeTree(directory)
  })

  const told = (): Promise<string> => readFile(join(directory, ID, 'var-lib/told'), 'utf8').catch(() => '')
  const boots = async (): Promise<number> => (await machines.consoleOutput(ID)).split('Welcome to').length - 1

  it('boots, and cloud-init runs its user data', async () => {
    await machines.startMachine(state, instance)
    await until('the user data ran', async () => (await told()) === 'named-by-user-data\n')
    expect(await machines.consoleOutput(ID)).to.contain('Cloud-init')
    expect(await machines.running()).to.deep.equal([ID])
  })

  it('is not started twice', async () => {
    const before = await boots()
    await machines.startMachine(state, instance)
    expect(await boots()).to.equal(before)
  })

  it('is found again by a later daemon, which notices when it powers off', async () => {
    machines.close()
    machines = open(exits)
    expect(await machines.running()).to.deep.equal([ID])
    await run('pkill', ['--signal', 'RTMIN+4', '--parent', await nspawnPid()])
    await until('its end was noticed', async () => exits.includes(ID))
    expect(await machines.running()).to.deep.equal([])
  })

  it('keeps its disk when it starts again, and does not run its user data twice', async () => {
    await machines.startMachine(state, instance)
    await until('it came up', async () => {
      const [, ...later] = (await machines.consoleOutput(ID)).split('Welcome to')
      return later.length > 1 && later.at(-1)?.includes('Cloud-init target') === true
    })
    expect(await told()).to.equal('named-by-user-data\n')
  })

  it('reboots without being taken for ended', async () => {
    const [before, ended] = [await boots(), exits.length]
    await machines.rebootMachine(ID)
    await until('it booted again', async () => (await boots()) > before)
    expect(await machines.running()).to.deep.equal([ID])
    expect(exits).to.have.length(ended)
  })

  it("stops when asked, which is nobody's news", async () => {
    const ended = exits.length
    await machines.stopMachine(ID, {force: false})
    expect(await machines.running()).to.deep.equal([])
    expect(exits).to.have.length(ended)
    await machines.stopMachine(ID, {force: true})
  })

  async function nspawnPid(): Promise<string> {
    const {supervisor} = JSON.parse(await readFile(join(directory, ID, 'machine.json'), 'utf8')) as {
      supervisor: {pid: number}
    }
    return (await run('pgrep', ['--parent', String(supervisor.pid)])).trim()
  }
})
