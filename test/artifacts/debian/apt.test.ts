import {existsSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect} from 'chai'
import {archiveOf, openApt, parseUris} from '../../../src/artifacts/debian/apt.js'
import {versionsOf} from '../../../src/artifacts/debian/packages.js'
import {fileServer} from '../file-server.js'
import {failure, network, scratch, sha256} from '../support.js'

describe("Debian's archive", () => {
  it("reads apt's list of URIs and leaves out its notes", () => {
    const sum = 'ab'.repeat(32)
    const output = `Need to get 34.5 MB of source archives.
'http://deb.debian.org/debian/pool/main/e/etcd/etcd-server_3.4.23-4%2bb4_amd64.deb' etcd-server_3.4.23-4+b4_amd64.deb 8438488 SHA256:${sum}
'http://deb.debian.org/debian/pool/main/b/busybox/busybox-static_1.35.0-4_amd64.deb' busybox-static_1%3a1.35.0-4_amd64.deb 928188 SHA256:${sum}
'http://deb.debian.org/x' weak_1.deb 1 MD5Sum:d41d8cd98f00b204e9800998ecf8427e
`
    expect(parseUris(output)).to.deep.equal([
      {
        url: 'http://deb.debian.org/debian/pool/main/e/etcd/etcd-server_3.4.23-4%2bb4_amd64.deb',
        fileName: 'etcd-server_3.4.23-4+b4_amd64.deb',
        bytes: 8438488,
        sha256: sum,
      },
      {
        url: 'http://deb.debian.org/debian/pool/main/b/busybox/busybox-static_1.35.0-4_amd64.deb',
        fileName: 'busybox-static_1:1.35.0-4_amd64.deb',
        bytes: 928188,
        sha256: sum,
      },
    ])
  })

  it('takes the version out of a file name', () => {
    expect(versionsOf('etcd-server_3.4.23-4+b4_amd64.deb')).to.deep.equal({upstream: '3.4.23', debian: '3.4.23-4+b4'})
    expect(versionsOf('containerd_1.6.20~ds1-1+deb12u3_amd64.deb').upstream).to.equal('1.6.20')
    expect(versionsOf('runc_1.1.5+ds1-1+deb12u1_amd64.deb').upstream).to.equal('1.1.5')
    expect(versionsOf('busybox-static_1:1.35.0-4+deb12u1+b1_amd64.deb')).to.deep.equal({
      upstream: '1.35.0',
      debian: '1.35.0-4+deb12u1+b1',
    })
  })

  it("uses the host's own mirror, in both formats of apt's sources", () => {
    const oneLine = `# deb http://old.example/debian bookworm main
deb [arch=amd64 signed-by=/k] http://mirror.example/debian/ bookworm main
deb http://mirror.example/debian-security bookworm-security main`
    expect(archiveOf(oneLine)).to.deep.equal({
      main: 'http://mirror.example/debian',
      security: 'http://mirror.example/debian-security',
    })
    const deb822 = `Types: deb
URIs: https://mirror.example/debian
Suites: trixie`
    expect(archiveOf(deb822)).to.deep.equal({main: 'https://mirror.example/debian'})
  })

  it('uses deb.debian.org on a host that is not Debian', () => {
    expect(archiveOf('deb http://archive.ubuntu.com/ubuntu noble main').main).to.equal('http://deb.debian.org/debian')
  })
})

describe("Debian's archive keys", () => {
  const directory = scratch()
  const before = {...process.env}
  afterEach(() => {
    process.env = {...before}
  })

  it('must have signed what an archive says of its files, whatever the host allows', async function () {
    if (!existsSync('/usr/bin/apt-get')) this.skip()
    const packages = `Package: etcd-server
Version: 1
Architecture: amd64
Filename: pool/etcd-server_1_amd64.deb
Size: 4
SHA256: ${sha256('evil')}

`
    const release = `Origin: Debian
Suite: bookworm
Codename: bookworm
Date: ${new Date().toUTCString()}
Architectures: amd64
Components: main
SHA256:
 ${sha256(packages)} ${packages.length} main/binary-amd64/Packages
 ${sha256('')} 0 main/source/Sources
`
    const server = await fileServer({
      'debian/dists/bookworm/Release': release,
      'debian/dists/bookworm/main/binary-amd64/Packages': packages,
      'debian/dists/bookworm/main/source/Sources': '',
    })
    const careless = join(directory(), 'careless.conf')
    writeFileSync(careless, 'Acquire::AllowInsecureRepositories "true";\nAPT::Get::AllowUnauthenticated "true";\n')
    process.env['APT_CONFIG'] = careless
    try {
      const apt = await openApt(join(directory(), 'apt'), 'amd64', network(), {main: `${server.url}/debian`})
      const error = await failure(apt.packages(['etcd-server']), 'ARTIFACT_UNREACHABLE')
      expect(error.message).to.match(/not signed/)
    } finally {
      await server.close()
    }
  })
})
