import {expect} from 'chai'
import {familyOf, IMAGE_FAMILIES, isImageId, loginUserOf} from '../../src/cluster/image-families.js'

describe('image families', () => {
  // Names that their publishers have given to images of either architecture, and to others that are not meant.
  for (const [owner, name, family] of [
    ['136693071363', 'debian-12-amd64-20251112-2294', 'debian-12'],
    ['136693071363', 'debian-12-arm64-20240201-1644', 'debian-12'],
    ['136693071363', 'debian-13-arm64-20250814-2204', 'debian-13'],
    ['136693071363', 'debian-12-backports-amd64-20251112-2294', undefined],
    ['136693071363', 'debian-11-amd64-20240104-1616', undefined],
    ['099720109477', 'ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20250821', 'ubuntu-24.04'],
    ['099720109477', 'ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-amd64-server-20250821', undefined],
    ['099720109477', 'ubuntu-minimal/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-minimal-20250821', undefined],
    ['137112412989', 'al2023-ami-2023.9.20251020.0-kernel-6.1-x86_64', 'al2023'],
    ['137112412989', 'al2023-ami-2023.9.20251020.0-kernel-6.1-arm64', 'al2023'],
    ['137112412989', 'al2023-ami-minimal-2023.9.20251020.0-kernel-6.1-x86_64', undefined],
    ['137112412989', 'amzn2-ami-hvm-2.0.20240131.0-x86_64-gp2', undefined],
    ['123456789012', 'debian-12-amd64-20251112-2294', undefined],
  ] as const) {
    it(`${name} of ${owner} is ${family ?? 'not known'}`, () => {
      expect(familyOf(owner, name)).to.equal(family)
    })
  }

  it('have each a login user; a spec of before they were is of Debian', () => {
    expect(loginUserOf({})).to.equal('admin')
    expect(loginUserOf({image: 'ubuntu-24.04'})).to.equal('ubuntu')
    expect(loginUserOf({image: 'al2023'})).to.equal('ec2-user')
    expect(loginUserOf({image: 'ami-0123456789abcdef0', loginUser: 'core'})).to.equal('core')
    for (const {title, ownerId} of Object.values(IMAGE_FAMILIES)) {
      expect(title).not.to.equal('')
      expect(ownerId).to.match(/^\d{12}$/)
    }
  })

  it('ids are of 8 or 17 hexadecimal digits', () => {
    expect(isImageId('ami-0123456789abcdef0')).to.equal(true)
    expect(isImageId('ami-01234567')).to.equal(true)
    for (const other of ['ami-', 'ami-012345678', 'AMI-01234567', 'debian-12', 'ami-0123456g']) {
      expect(isImageId(other), other).to.equal(false)
    }
  })
})
