import {spawn} from 'node:child_process'
import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect} from 'chai'
import {podManifest} from '../../src/kubernetes/check-manifests.js'
import {parseProbeLog} from '../../src/kubernetes/probe-log.js'

/** What `wget` prints for each address: worker-3 answers at the second attempt, the Service by turns. */
const WGET = `#!/bin/sh
for url; do :; done
count() { echo x >> "$STATE/$1"; wc -l < "$STATE/$1"; }
case $url in
  http://10.200.1.2:8080/) echo worker-1 ;;
  http://10.200.3.2:8080/) [ $(count three) -ge 2 ] && echo worker-3 ;;
  http://10.32.0.77/) echo worker-$(( $(count service) % 2 + 1 )) ;;
  *) exit 1 ;;
esac
`

/** BusyBox's `timeout`, which changed its syntax. Each takes only its own. */
const TIMEOUTS = {
  '1.29': '#!/bin/sh\n[ "$1" = -t ] || exit 127\nshift 2\nexec "$@"\n',
  '1.30': '#!/bin/sh\n[ "$1" = -t ] && exit 1\nshift\nexec "$@"\n',
}

for (const [version, timeout] of Object.entries(TIMEOUTS))
  describe(`the check pod's script in BusyBox ${version}`, () => {
    let directory: string

    beforeEach(async () => {
      directory = await mkdtemp(join(tmpdir(), 'khw-script-'))
      for (const name of ['bin', 'www', 'pod', 'state']) await mkdir(join(directory, name))
      const stubs = {wget: WGET, timeout, httpd: '#!/bin/sh\n'}
      for (const [name, text] of Object.entries(stubs))
        await writeFile(join(directory, 'bin', name), text, {mode: 0o755})
    })

    afterEach(async () => {
      await rm(directory, {recursive: true, force: true})
    })

    it('waits for its targets, tries each until it answers, and says when it is done', async () => {
      const {spec} = podManifest('khw-check-0', 'worker-1', 2, 'check:1') as unknown as {
        spec: {containers: {command: string[]}[]}
      }
      const [shell = '', flag = '', script = ''] = spec.containers[0]?.command ?? []
      const here = script.replaceAll('/www', `${directory}/www`).replaceAll('/pod/', `${directory}/pod/`)
      const child = spawn(shell, [flag, here], {
        env: {
          PATH: `${directory}/bin:/usr/bin:/bin`,
          WORKER: 'worker-1',
          WORKERS: '2',
          STATE: join(directory, 'state'),
        },
        stdio: ['ignore', 'pipe', 'inherit'],
        detached: true,
      })
      let log = ''
      try {
        await writeFile(join(directory, 'pod/targets'), '10.200.1.2 10.200.3.2 service 10.32.0.77')
        for await (const chunk of child.stdout) {
          log += String(chunk)
          if (parseProbeLog(log).done) break
        }
      } finally {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      }
      const {answers, service} = parseProbeLog(log)
      expect(Object.fromEntries(answers)).to.deep.equal({'10.200.1.2': 'worker-1', '10.200.3.2': 'worker-3'})
      expect(service).to.have.members(['worker-1', 'worker-2'])
      expect(log.trim().split('\n').at(-1)).to.equal('done')
    })
  })
