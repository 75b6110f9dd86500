import {generateKeyPairSync} from 'node:crypto'
import {readFileSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {expect} from 'chai'
import {POLICY_CHECKS} from '../../../src/benchmark/checks/policies.js'
import {NODE_CHECKS} from '../../../src/benchmark/checks/node-checks.js'
import {signAuthority} from '../../../src/pki/x509.js'
import type {VerifyReport} from '../../../src/steps/verify/verify-report.js'
import {PATHS} from '../../../src/templates/paths.js'
import type {Khw, Outcome} from '../khw.js'
import {kubectl} from '../kubectl.js'

/** What is broken for a while, and mended again: on which node, and by which commands of root's shell. */
interface Damage {
  readonly node: string
  readonly break: string
  readonly mend: string
}

const SCHEDULER = PATHS.schedulerConf
const HAPROXY = PATHS.haproxyClient
const NODE_PORTS = 'PREROUTING -p tcp --dport 30000:32767 -j DROP'

/** One thing for each area but time: the clocks of these machines are their host's. */
function damages(certificate: string): Readonly<Record<string, Damage>> {
  const short = Buffer.from(certificate).toString('base64')
  return {
    '1.1.15': {node: 'controller-2', break: `chmod 644 ${SCHEDULER}`, mend: `chmod 600 ${SCHEDULER}`},
    'node-port': {
      node: 'worker-3',
      break: `iptables -t raw -I ${NODE_PORTS}`,
      mend: `iptables -t raw -D ${NODE_PORTS}`,
    },
    haproxy: {
      node: 'worker-2',
      break: `cp -a ${HAPROXY} ${HAPROXY}.kept && echo ${short} | base64 -d >${HAPROXY}`,
      mend: `mv ${HAPROXY}.kept ${HAPROXY}`,
    },
    space: {
      node: 'controller-3',
      break: 'mount -t tmpfs -o size=64k none /var/log && head -c 60000 /dev/zero >/var/log/full',
      mend: 'umount /var/log',
    },
  }
}

/** `khw verify` says that all is well where it is, and finds what is broken: that, and nothing else. */
export function verifyTests(khw: Khw, cluster: string): void {
  describe('khw verify', () => {
    const reportOf = ({stdout}: Outcome): VerifyReport => JSON.parse(stdout) as VerifyReport
    const failed = ({areas}: VerifyReport): readonly string[] =>
      areas.flatMap(({checks}) => checks.filter(({state}) => state === 'FAIL').map(({id}) => id)).sort()
    const onNode = (node: string, command: string): Promise<string> =>
      khw.succeed('ssh', node, '--name', cluster, '--', 'sudo', 'sh', '-c', `'${command}'`)

    it('passes a cluster that is whole, and leaves nothing in it', async () => {
      const report = reportOf(await khw.succeedWith({}, 'verify', cluster, '--json'))
      expect(failed(report)).to.deep.equal([])
      expect(report.ok).to.equal(true)
      const ids = report.areas.find(({area}) => area === 'security')?.checks.map(({id}) => id)
      expect(ids).to.include.members([...NODE_CHECKS, ...POLICY_CHECKS].map(({id}) => id))
      const ofPolicies = report.areas
        .flatMap(({checks}) => checks)
        .filter(({id, state}) => id.startsWith('5.') && state === 'PASS')
      expect(ofPolicies.map(({id}) => id)).to.include.members(['5.1.2', '5.1.4', '5.1.5'])
      // What the profile "cis" adds.
      const added = report.areas.flatMap(({checks}) => checks).filter(({id}) => ['1.2.1', '1.2.11'].includes(id))
      expect(added.map(({id, state}) => [id, state])).to.deep.equal([
        ['1.2.1', 'PASS'],
        ['1.2.11', 'PASS'],
      ])
      expect(report.totals.PASS).to.be.greaterThan(100)
      const smoke = report.areas.find(({area}) => area === 'smoke')?.checks ?? []
      const passed = smoke.filter(({state}) => state === 'PASS').map(({id}) => id)
      expect(passed).to.include.members(['encrypted-secret', 'deployment', 'exec', 'logs', 'port-forward', 'node-port'])
      const file = join(khw.home, 'clusters', cluster, 'verify.json')
      expect(JSON.parse(readFileSync(file, 'utf8'))).to.deep.equal(report)
      expect(statSync(file).mode & 0o777).to.equal(0o600)
      const namespaces = await kubectl(khw, cluster, 'get', 'namespaces', '--selector=khw-check', '-o', 'json')
      const {items} = JSON.parse(namespaces) as {items: readonly {metadata: {deletionTimestamp?: string}}[]}
      expect(items.filter(({metadata}) => metadata.deletionTimestamp === undefined)).to.deep.equal([])
    })

    it('finds what is broken in each area, says where, and exits with 1', async () => {
      const {privateKey} = generateKeyPairSync('ec', {namedCurve: 'P-256'})
      const key = privateKey.export({type: 'pkcs8', format: 'pem'}).toString()
      const notAfter = new Date(Date.now() + 3 * 86_400_000)
      const broken = damages(await signAuthority({commonName: 'short'}, key, {notBefore: new Date(), notAfter}))
      try {
        await Promise.all(Object.values(broken).map(each => onNode(each.node, each.break)))
        const outcome = await khw.run('verify', cluster, '--json')
        expect(outcome.code).to.equal(1)
        const report = reportOf(outcome)
        expect(failed(report)).to.deep.equal(Object.keys(broken).sort())
        const all = report.areas.flatMap(({checks}) => checks)
        for (const [id, {node}] of Object.entries(broken)) expect(all.find(c => c.id === id)?.found).to.include(node)
      } finally {
        await Promise.all(Object.values(broken).map(each => onNode(each.node, each.mend)))
      }
      const table = await khw.succeed('verify', cluster, '--only', 'security,certificates,time,disks')
      for (const line of table.split('\n')) expect(Array.from(line).length, line).to.be.at.most(80)
      expect(table).to.match(/, 0 failed, /)
    })
  })
}
