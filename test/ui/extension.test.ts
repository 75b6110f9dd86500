import {expect} from 'chai'
import {durationOf, durationText} from '../../src/ui/duration-flag.js'
import {extendReport} from '../../src/ui/extend-report.js'
import {extension} from '../../src/ui/extension.js'
import {styleFor} from '../../src/ui/style.js'

describe('the words of khw extend', () => {
  const HOUR = 3_600_000

  it('are a name and a time, and either may be left out', () => {
    expect(extension('lab', '4h')).to.deep.equal({name: 'lab', by: 4 * HOUR})
    expect(extension('lab', 'never')).to.deep.equal({name: 'lab', by: null})
    expect(extension('90m', undefined)).to.deep.equal({name: undefined, by: 1.5 * HOUR})
    expect(extension('lab', undefined)).to.deep.equal({name: 'lab', by: undefined})
    expect(extension(undefined, undefined)).to.deep.equal({name: undefined, by: undefined})
  })

  it('are refused where they are no time, with what to type', () => {
    for (const time of ['4', '-4h', '0h', '4hours', 'soon'])
      expect(() => extension('lab', time), time)
        .to.throw('is not a time')
        .with.property('suggestions')
        .include('khw extend lab 4h')
  })

  it('are told as they were probably meant', () => {
    for (const [first, second, typed] of [
      ['4h', 'lab', 'khw extend lab 4h'],
      ['never', 'lab', 'khw extend lab never'],
      ['4', 'hours', 'khw extend 4h'],
      ['90min', undefined, 'khw extend 90m'],
      ['6', undefined, 'khw extend 6h'],
      ['lab', '2w', 'khw extend lab 14d'],
      ['lab', '45 minutes', 'khw extend lab 4h'],
    ] as const)
      expect(() => extension(first, second), typed)
        .to.throw('is not a time')
        .with.property('suggestions')
        .deep.equal([typed])
  })

  it('a duration is written as it is read', () => {
    for (const text of ['90m', '8h', '2d', '1m', '25h', 'never'])
      expect(durationText(durationOf(text) ?? null)).to.equal(text)
  })
})

describe('extendReport', () => {
  const options = {style: styleFor({isTTY: false}, {}), columns: 80, now: Date.parse('2026-11-22T12:00:00Z')}
  const told = {name: 'controller-1', running: true, told: true, detail: ''}
  const report = {name: 'lab', id: '1', expiresAt: '2026-11-22T20:00:00.000Z', machines: [told], tagged: 31}

  it('says until when, and who knows', () => {
    expect(extendReport(report, options)).to.equal(
      '✔ lab ends 2026-11-22 20:00 UTC (in 8 h 0 min): 1 machine told, 31 resources tagged',
    )
    expect(extendReport({...report, expiresAt: null}, options)).to.include('lab ends never')
  })

  it('names who does not know, and how to try again; a machine that is not there is no problem', () => {
    const deaf = {name: 'worker-1', running: true, told: false, detail: 'it did not let us in within 30 s'}
    const gone = {name: 'worker-2', running: false, told: false, detail: 'its machine is missing'}
    const text = extendReport({...report, machines: [told, deaf, gone]}, options)
    expect(text)
      .to.include('✖ worker-1 ends when it was to end: it did not let us in within 30 s')
      .and.match(/khw extend lab$/)
      .and.not.include('worker-2')
  })
})
