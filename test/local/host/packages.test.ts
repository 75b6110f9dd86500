import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect} from 'chai'
import {isDebianLike, missingPackages} from '../../../src/local/host/packages.js'
import {commandPath} from '../../../src/local/host/run.js'

describe('packages of the host', () => {
  it('are missing where neither PATH has the program nor the disk the file', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'khw-path-'))
    await writeFile(join(directory, 'nft'), '')
    const packages = [
      {name: 'nftables', shownBy: 'nft'},
      {name: 'iproute2', shownBy: 'ip'},
      {name: 'keys', shownBy: join(directory, 'nft')},
      {name: 'other-keys', shownBy: join(directory, 'nothing')},
    ]
    expect(missingPackages(packages, directory)).to.deep.equal(['iproute2', 'other-keys'])
    await rm(directory, {recursive: true})
  })

  it('can be installed on Debian and what descends from it', () => {
    expect(isDebianLike('PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n')).to.equal(true)
    expect(isDebianLike('ID=ubuntu\nID_LIKE=debian\n')).to.equal(true)
    expect(isDebianLike('ID=linuxmint\nID_LIKE="ubuntu debian"\n')).to.equal(true)
    expect(isDebianLike('ID="fedora"\nVARIANT_ID=debian\n')).to.equal(false)
    expect(isDebianLike('')).to.equal(false)
  })

  it('are looked for in the administrative directories too, after those of PATH', () => {
    expect(commandPath('/opt/bin:/usr/sbin')).to.equal('/opt/bin:/usr/sbin:/usr/local/sbin:/sbin')
  })
})
