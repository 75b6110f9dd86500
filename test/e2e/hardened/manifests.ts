import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect} from 'chai'
import type {Manifest} from '../../../src/kubernetes/objects.js'
import {isAppliedByServer} from '../../../src/steps/addons/apply.js'
import {allAddons} from '../../../src/steps/addons/registry.js'
import {kubectl, kubectlOutcome, type KubectlOutcome} from '../kubectl.js'
import type {Khw} from '../khw.js'
import {renderedAddon} from './rendered-addon.js'

/** Changes nothing: all of it is a dry run. */
export function manifests(khw: Khw, cluster: string): void {
  describe('the objects of its add-ons', () => {
    let directory: string
    before(() => {
      directory = mkdtempSync(join(tmpdir(), 'khw-manifests-'))
    })
    after(() => {
      rmSync(directory, {recursive: true})
    })

    const written = (objects: readonly Manifest[]): string => {
      const file = join(directory, 'objects.json')
      writeFileSync(file, JSON.stringify({apiVersion: 'v1', kind: 'List', items: objects}))
      return file
    }
    const apply = (objects: readonly Manifest[], ...how: readonly string[]): Promise<KubectlOutcome> =>
      kubectlOutcome(khw, cluster, 'apply', '--dry-run=server', '--validate=true', ...how, '-f', written(objects))

    for (const addon of allAddons())
      it(`are accepted by its API server without a word, as ${addon.name} is rendered for the release`, async () => {
        const objects = await renderedAddon(khw, cluster, addon)
        const there = await kubectl(khw, cluster, 'get', '-f', written(objects), '--ignore-not-found', '-o', 'name')
        const serverSide = ['--server-side', '--field-manager=khw', '--force-conflicts']
        for (const [some, how] of [
          // kubectl has words of its own on what it has not applied itself: where the add-on is installed, it is not asked.
          ...(there === '' ? [[objects, []] as const] : []),
          [objects.filter(isAppliedByServer), serverSide] as const,
        ]) {
          const {code, stdout, stderr} = await apply(some, ...how)
          expect({code, stderr}).to.deep.equal({code: 0, stderr: ''})
          expect(stdout.trim().split('\n')).to.have.length(some.length)
        }
      })

    it('are refused where they have a field that the release does not know', async () => {
      const [addon] = allAddons()
      if (addon === undefined) throw new Error('there is no add-on')
      const objects = await renderedAddon(khw, cluster, addon)
      const wrong = objects.map(object =>
        object.kind === 'Deployment' ? {...object, spec: {...(object['spec'] as object), replica: 2}} : object,
      )
      const {code, stderr} = await apply(wrong)
      expect(code).not.to.equal(0)
      expect(stderr).to.include('unknown field "replica"')
    })
  })
}
