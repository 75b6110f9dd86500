import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {expect} from 'chai'
import type {Manifest, PodObject} from '../../../src/kubernetes/objects.js'
import {kubectl} from '../kubectl.js'
import type {Khw} from '../khw.js'
import {onNode} from './on-node.js'

const WORKER = 'worker-1'
/** A name that only this worker knows. */
const ONLY_THERE = 'khw.local/only-there:1'

/** Nobody uses an image that a node happens to have: each start of a container asks the registry (AlwaysPullImages). */
export function pulledImages(khw: Khw, cluster: string): void {
  describe('the images of its pods', () => {
    let directory: string
    before(() => {
      directory = mkdtempSync(join(tmpdir(), 'khw-images-'))
    })
    after(async () => {
      // Not waited for: the kubelet looks for an image's own registry for a while before it gives up.
      await kubectl(khw, cluster, 'delete', 'pods', 'pulled', 'only-there', '--ignore-not-found', '--wait=false')
      await onNode(khw, cluster, WORKER, `sudo ctr -n k8s.io images rm ${ONLY_THERE}`)
      rmSync(directory, {recursive: true})
    })

    /** Of an image that it says is never to be pulled. */
    const create = async (name: string, image: string): Promise<void> => {
      const command = ['sh', '-c', 'trap "exit 0" TERM; sleep 3600 & wait $!']
      const containers = [{name: 'one', image, imagePullPolicy: 'Never', command}]
      const pod: Manifest = {apiVersion: 'v1', kind: 'Pod', metadata: {name}, spec: {nodeName: WORKER, containers}}
      const file = join(directory, `${name}.json`)
      writeFileSync(file, JSON.stringify(pod))
      await kubectl(khw, cluster, 'create', '-f', file)
    }

    /** Once its container runs, or is said to wait for something else than being made. */
    const settled = async (name: string): Promise<{policy: string | undefined; state: string}> => {
      for (;;) {
        const {spec, status} = JSON.parse(
          await kubectl(khw, cluster, 'get', 'pod', name, '-o', 'json'),
        ) as PodObject & {
          readonly spec: {readonly containers: readonly {readonly imagePullPolicy: string}[]}
          readonly status: {
            readonly containerStatuses?: readonly {
              readonly state: {readonly running?: object; readonly waiting?: {readonly reason: string}}
            }[]
          }
        }
        const policy = spec.containers[0]?.imagePullPolicy
        const {running, waiting} = status.containerStatuses?.[0]?.state ?? {}
        if (running !== undefined) return {policy, state: 'running'}
        if (waiting !== undefined && waiting.reason !== 'ContainerCreating') return {policy, state: waiting.reason}
        await sleep(500)
      }
    }

    it('are pulled, whatever they say, where the registry has them', async () => {
      await create('pulled', khw.header(cluster).artifacts.images.check)
      expect(await settled('pulled')).to.deep.equal({policy: 'Always', state: 'running'})
    })

    it('are not taken from the node where the registry has none', async () => {
      const [, repository, digest] = /^(.+?):[^:/@]+(@.+)$/.exec(khw.header(cluster).artifacts.images.check) ?? []
      const known = `${repository ?? ''}${digest ?? ''}`
      await onNode(khw, cluster, WORKER, `sudo ctr -n k8s.io images tag ${known} ${ONLY_THERE}`)
      const names = await onNode(khw, cluster, WORKER, 'sudo ctr -n k8s.io images ls -q')
      expect(names.split('\n')).to.include(ONLY_THERE)
      await create('only-there', ONLY_THERE)
      const {policy, state} = await settled('only-there')
      expect(policy).to.equal('Always')
      expect(state).to.be.oneOf(['ErrImagePull', 'ImagePullBackOff'])
    })
  })
}
