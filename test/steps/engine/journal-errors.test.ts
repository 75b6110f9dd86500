import {expect} from 'chai'
import type {JournalHeader} from '../../../src/steps/engine/journal.js'
import {refuseUnfinished} from '../../../src/steps/engine/journal-errors.js'
import {sampleSpec} from '../sample-spec.js'

describe('what is of use only to a cluster that is there', () => {
  const header = {clusterId: 'c-1', spec: sampleSpec({controllers: 1, workers: 1})} as JournalHeader
  const refused = (state: {complete: boolean; renewing: boolean}): void => {
    refuseUnfinished({header, ...state}, 'it is looked at once it is there')
  }

  it('is refused to an unfinished one, with how to finish it', () => {
    expect(() => {
      refused({complete: false, renewing: false})
    })
      .to.throw(/is unfinished: it is looked at once it is there\.$/)
      .with.deep.property('suggestions', [`Finish it: khw create --name ${header.spec.name}`])
  })

  it('is done for one that was there, and has its certificates renewed', () => {
    refused({complete: true, renewing: false})
    refused({complete: false, renewing: true})
  })
})
