import {expect} from 'chai'
import {KhwError} from '../../src/errors.js'
import {checkTyped} from '../../src/ui/prompts.js'

describe('a name that is to be typed', () => {
  const told = (typed: string): string => {
    try {
      checkTyped(typed, 'lab', 'nothing was destroyed')
      return 'it was let through'
    } catch (error) {
      expect(error).to.be.instanceOf(KhwError).and.to.have.nested.property('oclif.exit', 130)
      return (error as KhwError).message
    }
  }

  it('has to be that name, and what was typed is told', () => {
    expect(told('lab')).to.equal('it was let through')
    expect(told('lba')).to.equal('Cancelled, nothing was destroyed: "lba" was typed, not "lab".')
    expect(told('')).to.equal('Cancelled, nothing was destroyed: "lab" was not typed.')
  })
})
