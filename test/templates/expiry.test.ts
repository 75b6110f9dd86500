import {mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect} from 'chai'
import {changeExpiry, checkScript, startExpiry} from '../../src/templates/expiry.js'
import {accepts, sandbox, type Sandbox} from './shell.js'

const createdAt = '2026-11-24T08:00:00.000Z'
const expiresAt = '2026-11-24T16:00:00.000Z'

describe('the expiry of a machine', () => {
  let box: Sandbox
  beforeEach(async () => {
    box = await sandbox()
    mkdirSync(join(box.root, 'state'))
    await box.standIn('systemctl', `echo "$*" >>${box.root}/calls`)
    writeFileSync(join(box.root, 'calls'), '')
  })
  afterEach(() => box.remove())

  const placed = (script: string): string =>
    script
      .replaceAll('/etc/khw', `${box.root}/khw`)
      .replaceAll('/var/lib/khw', `${box.root}/state`)
      .replaceAll('/usr/local/sbin', box.root)
      .replaceAll('/etc/systemd/system', box.root)
  const read = (path: string): string => readFileSync(join(box.root, path), 'utf8')

  /** Runs the check at a time that the clock shows. */
  const checkedAt = async (now: string): Promise<string> => {
    await box.standIn('date', `case "$*" in +%s) echo ${Date.parse(now) / 1000} ;; *) exec /bin/date "$@" ;; esac`)
    writeFileSync(join(box.root, 'calls'), '')
    const {exitCode, stderr} = await box.run(placed(checkScript(createdAt)))
    expect([exitCode, stderr]).to.deep.equal([0, ''])
    return read('calls')
  }

  it('is there from the first boot, and a later boot does not take back what was changed', async () => {
    const boot = placed(startExpiry({createdAt, expiresAt}))
    expect((await box.run(boot)).exitCode).to.equal(0)
    expect(read('khw/expires-at')).to.equal(`${expiresAt}\n`)
    expect(read('timers.target.wants/khw-expiry.timer')).to.include('OnUnitActiveSec=60')
    expect(read('khw-check-expiry')).to.equal(placed(checkScript(createdAt)))
    expect(read('calls')).to.equal('start --no-block khw-expiry.timer\n')
    const later = '2026-11-24T20:00:00.000Z'
    await box.run(placed(changeExpiry({createdAt, expiresAt: later})))
    await box.run(boot)
    expect(read('khw/expires-at')).to.equal(`${later}\n`)
  })

  it('ends the machine when it is over and not a second before', async () => {
    await box.run(placed(startExpiry({createdAt, expiresAt})))
    expect(await checkedAt('2026-11-24T15:59:59Z')).to.equal('')
    expect(await checkedAt('2026-11-24T16:00:00Z')).to.equal('poweroff\n')
    await box.run(placed(changeExpiry({createdAt, expiresAt: null})))
    expect(await checkedAt('2036-11-24T16:00:00Z')).to.equal('')
  })

  it('is counted in minutes of life while the clock is behind what it can be', async () => {
    await box.run(placed(startExpiry({createdAt, expiresAt: '2026-11-24T08:03:00.000Z'})))
    const said = []
    for (let minute = 1; minute <= 3; minute += 1) said.push(await checkedAt('1970-01-01T00:01:00Z'))
    expect(said).to.deep.equal(['', '', 'poweroff\n'])
  })

  it('can be given to a machine that was launched without one', async () => {
    await box.run(placed(changeExpiry({createdAt, expiresAt})))
    expect(read('khw/expires-at')).to.equal(`${expiresAt}\n`)
    expect(read('calls')).to.equal('daemon-reload\nstart khw-expiry.timer\n')
    expect(await checkedAt(expiresAt)).to.equal('poweroff\n')
  })

  it('is no reason to end a machine where it cannot be read: the unit fails', async () => {
    await box.run(placed(startExpiry({createdAt, expiresAt})))
    writeFileSync(join(box.root, 'khw/expires-at'), 'soon, perhaps\n')
    writeFileSync(join(box.root, 'calls'), '')
    expect((await box.run(placed(checkScript(createdAt)))).exitCode).to.equal(1)
    expect(read('calls')).to.equal('')
  })

  it('is sh, dash and bash', async () => {
    for (const script of [startExpiry, changeExpiry].map(make => make({createdAt, expiresAt}))) {
      for (const shell of ['sh', 'dash', 'bash'] as const) expect(await accepts(shell, script)).not.to.equal(false)
    }
  })
})
