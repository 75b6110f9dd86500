import {expect} from 'chai'
import {mountPoints} from '../../../src/local/host/mounts.js'

describe('mount points', () => {
  it('are the fifth field of mountinfo, with blanks and backslashes as they are', () => {
    const mountinfo = [
      '25 1 254:0 / / rw,relatime - ext4 /dev/vda rw',
      '99 25 0:50 / /srv/my\\040khw/root rw - overlay overlay rw,lowerdir=/a',
      '100 25 0:51 / /srv/back\\134slash rw shared:1 - tmpfs tmpfs rw',
      '',
    ].join('\n')
    expect(mountPoints(mountinfo)).to.deep.equal(['/', '/srv/my khw/root', '/srv/back\\slash'])
  })
})
