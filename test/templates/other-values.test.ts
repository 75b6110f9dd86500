import {expect} from 'chai'
import {otherValuesCommand} from '../../src/templates/remote-commands.js'
import {sampleCluster} from './sample-cluster.js'
import {sandbox, type Sandbox} from './shell.js'

/** What etcd holds: fields as `etcdctl get -w fields` prints them, in Go's quotes. */
const NEW = 'k8s:enc:secretbox:v1:key-2:\\x80\\n\\"Key\\" : \\"/registry/secrets/x/y\\"'
const OLD = 'k8s:enc:secretbox:v1:key-1:\\x80'

describe('the values that etcd holds under another key', () => {
  let box: Sandbox
  before(async () => {
    box = await sandbox()
  })
  after(() => box.remove())

  /** A page is what comes at or after the key it is asked for, a hundred at most. */
  async function holding(
    values: Readonly<Record<string, string>>,
    fails = false,
  ): Promise<{stdout: string; exitCode: number | null}> {
    const fields = Object.entries(values)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => `"Key" : "${key}"\t"ModRevision" : 240\t"Value" : "${value}"\t"Lease" : 0`)
      .join('\n')
    await box.standIn(
      'etcdctl',
      `for word; do case $word in /registry/*) from=\${from-$word} ;; --limit=*) limit=\${word#*=} ;; esac; done
[ ${fails ? 1 : 0} = 0 ] || exit 1
echo '"ClusterID" : 1'
LC_ALL=C awk -F'"' -v from="$from" '$4 >= from' <<'END' | head -n "$limit" | tr '\\t' '\\n'
${fields}
END
echo '"More" : false'
echo '"Count" : 1'`,
    )
    const command = otherValuesCommand(sampleCluster('1.36').artifacts, 'secrets', 'k8s:enc:secretbox:v1:key-2:')
    return box.run(command.replaceAll('/usr/local/bin/etcdctl', 'etcdctl'))
  }

  it('are named, whatever the others hold', async () => {
    const {stdout, exitCode} = await holding({
      '/registry/secrets/default/a': NEW,
      '/registry/secrets/default/b': OLD,
      '/registry/secrets/default/c.d-e': 'k8s\\x00\\n\\f\\n\\x02v1\\x12\\x06Secret',
      '/registry/secrets/other/a': 'k8s:enc:secretbox:v1:key-20:\\x80',
      '/registry/secrets/other/b': '',
    })
    expect(exitCode).to.equal(0)
    expect(stdout.trim().split('\n')).to.deep.equal([
      '/registry/secrets/default/b',
      '/registry/secrets/default/c.d-e',
      '/registry/secrets/other/a',
      '/registry/secrets/other/b',
    ])
  })

  it('are found behind more than one page, each once', async () => {
    const names = Array.from({length: 250}, (_, i) => `/registry/secrets/default/s-${String(i).padStart(3, '0')}`)
    const {stdout} = await holding(Object.fromEntries(names.map((name, i) => [name, i % 2 === 0 ? OLD : NEW])))
    expect(stdout.trim().split('\n')).to.deep.equal(names.filter((_, i) => i % 2 === 0))
  })

  it('are none where there is nothing, and not known where etcd does not answer', async () => {
    expect(await holding({})).to.deep.include({stdout: '', exitCode: 0})
    expect((await holding({}, true)).exitCode).to.equal(1)
  })
})
