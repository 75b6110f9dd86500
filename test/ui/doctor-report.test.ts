import {expect} from 'chai'
import {doctorReport} from '../../src/ui/doctor-report.js'
import {styleFor} from '../../src/ui/style.js'

const options = {style: styleFor({isTTY: false}, {}), columns: 80}

describe('doctorReport', () => {
  const told = (fix: string): string[] =>
    doctorReport(
      {
        name: 'lab',
        provider: 'aws',
        region: 'us-west-2',
        ok: false,
        findings: [{check: 'identity', ok: false, detail: 'Could not sign in.', fix}],
      },
      options,
    ).split('\n')

  it('breaks a cure that is a sentence', () => {
    const sentence =
      'Give credentials (aws configure, AWS_PROFILE or AWS_ACCESS_KEY_ID), or try without AWS: --provider local'
    const lines = told(sentence)
    for (const line of lines) expect(line.length, line).to.be.at.most(80)
    expect(lines.map(line => line.trim()).join(' ')).to.include(sentence)
  })

  it('leaves a command whole, to be copied', () => {
    const command = `khw create --name lab --allow-cidr ${'203.0.113.7/32,'.repeat(6)}192.0.2.1/32`
    expect(told(command).map(line => line.trim())).to.include(command)
  })
})
