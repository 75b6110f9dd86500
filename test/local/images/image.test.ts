import {mkdir, mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect} from 'chai'
import {parse} from 'yaml'
import {ensureImage, findImage, mmdebstrapArguments} from '../../../src/local/images/build.js'
import {mirrorFrom, sourceList} from '../../../src/local/images/mirror.js'
import {DEBIAN_12, recipeHash} from '../../../src/local/images/recipe.js'

describe('the machine image', () => {
  it('comes from the mirror that the host uses', () => {
    const targets = [
      'Docker|Docker CE|https://download.docker.com/linux/debian/',
      'Debian|Debian-Security|http://mirror.example/debian-security/',
      'Debian|Debian|file:/srv/debian/',
      'Debian|Debian|http://mirror.example/debian/',
    ].join('\n')
    const mirror = mirrorFrom(targets)
    expect(mirror).to.deep.equal({
      main: 'http://mirror.example/debian',
      security: 'http://mirror.example/debian-security',
    })
    expect(sourceList(mirror, 'bookworm').split('\n')).to.deep.equal([
      'deb http://mirror.example/debian bookworm main',
      'deb http://mirror.example/debian bookworm-updates main',
      'deb http://mirror.example/debian-security bookworm-security main',
      '',
    ])
  })

  it("comes from Debian's own where the host is not Debian", () => {
    expect(mirrorFrom('Ubuntu|Ubuntu|http://archive.ubuntu.com/ubuntu/\n').main).to.equal(
      'http://deb.debian.org/debian',
    )
  })

  it('is named by its recipe', () => {
    const changed = {...DEBIAN_12, packages: [...DEBIAN_12.packages, 'vim']}
    expect(recipeHash(DEBIAN_12)).to.match(/^[0-9a-f]{12}$/)
    expect(recipeHash(DEBIAN_12)).to.equal(recipeHash({...DEBIAN_12}))
    expect(recipeHash(changed)).not.to.equal(recipeHash(DEBIAN_12))
  })

  it('keeps no host key, and asks mmdebstrap for every package', () => {
    const words = mmdebstrapArguments('/root-fs', DEBIAN_12, 'arm64')
    expect(words).to.include('--customize-hook=rm -f "$1"/etc/ssh/ssh_host_*')
    expect(words).to.include('--architectures=arm64')
    expect(words).to.include(`--include=${DEBIAN_12.packages.join(',')}`)
    expect(words.slice(-3)).to.deep.equal(['bookworm', '/root-fs', '-'])
  })

  it('has a configuration of cloud-init that reads its seed and makes the user admin', () => {
    const file = DEBIAN_12.files.find(({path}) => path === '/etc/cloud/cloud.cfg.d/90-image.cfg')
    const config = parse(file?.content ?? '') as Record<string, unknown>
    expect(config).to.deep.include({datasource_list: ['NoCloud'], network: {config: 'disabled'}, locale: false})
    expect(config['system_info']).to.have.nested.property('default_user.name', 'admin')
    expect(config['cloud_init_modules']).to.include.members(['bootcmd', 'write-files', 'users-groups', 'ssh'])
    expect(config['cloud_config_modules']).to.include('runcmd')
    expect(config['cloud_final_modules']).to.include('scripts-user')
  })

  it('is not made again when it is there', async () => {
    const cache = await mkdtemp(join(tmpdir(), 'khw-image-'))
    expect(findImage(cache, 'amd64')).to.equal(undefined)
    const directory = join(cache, 'images', `debian-12-amd64-${recipeHash(DEBIAN_12)}`)
    await mkdir(directory, {recursive: true})
    const onProgress = (): void => {
      throw new Error('nothing was to be made')
    }
    expect(await ensureImage({cache, architecture: 'amd64', onProgress})).to.include({directory})
    await rm(cache, {recursive: true})
  })
})
