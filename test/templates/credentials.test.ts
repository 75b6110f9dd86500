import {expect} from 'chai'
import {credentials} from '../../src/templates/credentials.js'
import {commandLine} from '../../src/templates/systemd-unit.js'

describe('credentials of a unit', () => {
  const {at, settings} = credentials(['/etc/kubernetes/pki/sa.key', '/etc/kubernetes/scheduler.conf'])

  it('are read by systemd, of 247 or later, and found in the directory of the unit', () => {
    expect(settings).to.deep.equal({
      LoadCredential: ['sa.key:/etc/kubernetes/pki/sa.key', 'scheduler.conf:/etc/kubernetes/scheduler.conf'],
    })
    expect(
      commandLine('/bin/x', {key: at('/etc/kubernetes/pki/sa.key'), other: '50%d', third: '${CREDENTIALS_DIRECTORY}'}),
    ).to.equal(
      '/bin/x \\\n  --key=${CREDENTIALS_DIRECTORY}/sa.key \\\n  --other=50%%d \\\n  --third=$${CREDENTIALS_DIRECTORY}',
    )
  })

  it('are those that were named, and no two of one name', () => {
    expect(() => at('/etc/kubernetes/pki/ca.key')).to.throw(RangeError, 'no credential')
    expect(() => credentials(['/a/ca.key', '/b/ca.key'])).to.throw(RangeError, 'ca.key')
  })
})
