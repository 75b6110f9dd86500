import {expect} from 'chai'
import type {ClusterReport} from '../../src/cluster/report.js'
import {renewReport} from '../../src/ui/renew-report.js'
import {styleFor} from '../../src/ui/style.js'

const options = {style: styleFor({isTTY: false}, {}), columns: 80, now: Date.parse('2026-11-22T12:00:00Z')}
const NAME = 'a-cluster-with-a-long-name'

function report(earliestExpiry: string, ready = true): string {
  const cluster: Pick<ClusterReport, 'name' | 'ready' | 'certificates'> = {
    name: NAME,
    ready,
    certificates: {earliestExpiry},
  }
  return renewReport(cluster, options)
}

describe('renewReport', () => {
  it('says until when they last, within 80 columns', () => {
    expect(report('2026-12-22T12:00:00Z').split('\n')).to.deep.equal([
      `✔ ${NAME} has new certificates: the first to end does so on`,
      '  2026-12-22 (in 30 days)',
    ])
  })

  it('says how those that end soon are followed by some that last', () => {
    const text = report('2026-11-22T12:02:00Z')
    expect(text.replace(/\n +/g, ' ')).to.include('on 2026-11-22 12:02 UTC (in 2 min 0 s)')
    expect(text).to.match(new RegExp(`\n\nNext:\n  khw certs renew ${NAME}$`))
  })

  it('looks at the cluster where it is not well', () => {
    expect(report('2026-12-22T12:00:00Z', false)).to.match(new RegExp(`^! [^]*\n\nNext:\n  khw status ${NAME}$`))
  })
})
