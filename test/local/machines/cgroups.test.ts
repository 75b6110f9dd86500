import {existsSync} from 'node:fs'
import {mkdir, mkdtemp, readFile, rm, symlink, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect} from 'chai'
import {cgroupHost, createCgroups, findCgroups, processesIn} from '../../../src/local/machines/cgroups.js'

async function write(path: string, content: string): Promise<void> {
  await mkdir(join(path, '..'), {recursive: true})
  await writeFile(path, content)
}

describe('cgroups of machines', () => {
  let root: string
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'khw-cgroups-'))
  })
  afterEach(() => rm(root, {recursive: true}))

  it('are one for each hierarchy of a v1 host, links not counted twice', async () => {
    await write(join(root, 'cpu,cpuacct/cgroup.procs'), '')
    await symlink('cpu,cpuacct', join(root, 'cpu'))
    await write(join(root, 'systemd/cgroup.procs'), '')
    await mkdir(join(root, 'not-mounted'))
    const host = cgroupHost(root, false)
    expect(host?.layout).to.equal('v1')
    expect(host?.hierarchies).to.have.members([join(root, 'cpu,cpuacct'), join(root, 'systemd')])
    if (!host) return
    const groups = await createCgroups(host, 'khw12345-i-1')
    expect(groups.every(group => existsSync(group))).to.equal(true)
    expect(findCgroups(host, 'khw12345')).to.have.members(groups)
    expect(findCgroups(host, 'khw99999')).to.deep.equal([])
  })

  it('are left to systemd where it owns the only tree, and found in its slices', async () => {
    await write(join(root, 'cgroup.controllers'), 'cpu memory\n')
    await write(join(root, 'system.slice/khw12345-i-1.scope/payload/cgroup.procs'), '42\n')
    await write(join(root, 'system.slice/khw12345-i-1.scope/cgroup.procs'), '41\n')
    expect(cgroupHost(root, false)?.layout).to.equal('v2')
    const host = cgroupHost(root, true)
    expect(host?.layout).to.equal('systemd')
    if (!host) return
    expect(await createCgroups(host, 'khw12345-i-1')).to.deep.equal([])
    const [scope = ''] = findCgroups(host, 'khw12345-i-1')
    expect(scope).to.equal(join(root, 'system.slice/khw12345-i-1.scope'))
    expect(processesIn(scope)).to.deep.equal([41, 42])
  })

  it('can be entered on a v1 host: a new cpuset has the processors of its parent', async () => {
    const cpuset = join(root, 'cpuset')
    await write(join(cpuset, 'cgroup.procs'), '')
    await write(join(cpuset, 'cpuset.cpus'), '0-3\n')
    await write(join(cpuset, 'cpuset.mems'), '0\n')
    // The kernel makes these with the directory.
    for (const file of ['cpuset.cpus', 'cgroup.clone_children']) await write(join(cpuset, 'khw12345-i-1', file), '')
    const host = cgroupHost(root, false)
    if (!host) throw new Error('no hierarchy was found')
    await createCgroups(host, 'khw12345-i-1')
    expect(await readFile(join(cpuset, 'khw12345-i-1/cpuset.cpus'), 'utf8')).to.equal('0-3\n')
    expect(await readFile(join(cpuset, 'khw12345-i-1/cgroup.clone_children'), 'utf8')).to.equal('1')
  })

  it('are nowhere on a host without any', () => {
    expect(cgroupHost(join(root, 'missing'), false)).to.equal(undefined)
  })
})
