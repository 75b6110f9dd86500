import {expect} from 'chai'
import {CHECK_LABEL} from '../../../src/kubernetes/check-manifests.js'
import {kubectl, kubectlOutcome} from '../kubectl.js'
import type {Khw} from '../khw.js'

/** Of 10, which is a service that is kept from nothing; systemd itself calls what is below 4.9 OK. */
const LIMIT = 4

const CONTROLLERS = ['controller-1', 'controller-2', 'controller-3']
const UNITS = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'].map(name => `${name}.service`)

/** The machine's own systemd rates the units; then what the kernel says of each unit's process, under the unit's name. */
const LOOK = `sudo systemd-analyze security --no-pager ${UNITS.join(' ')}
for unit in ${UNITS.join(' ')}; do
  echo "== $unit"
  sudo cat /proc/$(systemctl show --property MainPID --value $unit)/status
done
echo '== open keys'
sudo find /etc/kubernetes -type f -name '*.key' -not -perm 600`

/** What a control plane's programs could do if somebody took them over. */
export function exposureTests(khw: Khw, cluster: string): void {
  describe('its control plane, taken over', () => {
    it("could do little on any controller, as nobody's root", async () => {
      const looks = CONTROLLERS.map(node => khw.succeed('ssh', node, '--name', cluster, '--', LOOK))
      for (const text of await Promise.all(looks)) {
        const [report = '', ...parts] = text.split(/^== /m)
        const levels = [...report.matchAll(/Overall exposure level for (\S+): (\d+\.\d+)/g)]
        expect(levels.map(([, unit]) => unit)).to.have.members(UNITS)
        for (const [, unit, level] of levels) expect(Number(level), unit).to.be.below(LIMIT)

        expect(parts.pop()).to.equal('open keys\n')
        expect(parts).to.have.lengthOf(UNITS.length)
        for (const status of parts) {
          expect(status)
            .to.match(/^CapEff:\t0+$/m)
            .and.to.match(/^CapBnd:\t0+$/m)
          expect(status)
            .to.match(/^NoNewPrivs:\t1$/m)
            .and.to.match(/^Seccomp:\t2$/m)
        }
        const uids = parts.map(status => Number(/^Uid:\t\d+\t(\d+)/m.exec(status)?.[1]))
        expect(uids).to.not.include(0)
        expect(new Set(uids).size, `users ${uids.join(' ')}`).to.equal(UNITS.length)
      }
    })

    it('would find no tokens in pods that have asked for none', async () => {
      // Those of khw's own checks are on their way out, and kubectl fails if they are gone: what is left then is looked at.
      const going = ['namespaces', `--selector=${CHECK_LABEL}`, '--for=delete', '--timeout=50s']
      await kubectlOutcome(khw, cluster, 'wait', ...going)
      const accounts = await kubectl(
        khw,
        cluster,
        'get',
        'serviceaccounts',
        '--all-namespaces',
        '--field-selector=metadata.name=default',
        '--output=jsonpath={range .items[*]}{.metadata.namespace}={.automountServiceAccountToken} {end}',
      )
      expect(accounts.trim().split(' ')).to.have.members([
        'default=false',
        'kube-node-lease=false',
        'kube-public=false',
        'kube-system=false',
      ])
    })
  })
}
