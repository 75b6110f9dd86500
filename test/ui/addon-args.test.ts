import {expect} from 'chai'
import {ADDON_NAMES} from '../../src/cluster/addons.js'
import {addonArgs} from '../../src/ui/addon-args.js'
import {buildFlags} from '../../src/ui/build-flags.js'

describe('addonArgs', () => {
  it('takes one word for the add-on, and of two the first for the cluster', () => {
    expect(addonArgs('coredns', undefined)).to.deep.equal({addon: {name: 'coredns'}})
    expect(addonArgs('lab', 'coredns', 'x/y:1')).to.deep.equal({name: 'lab', addon: {name: 'coredns', image: 'x/y:1'}})
  })

  it('asks which add-on where the one word is none', () => {
    expect(() => addonArgs('lab', undefined)).to.throw(/^Which add-on\? "lab" is none\.$/)
    expect(() => addonArgs('lab', 'dns')).to.throw(/There is no add-on "dns"/)
  })
})

describe('the help of a create', () => {
  it('names every add-on, as it is typed', () => {
    for (const name of ADDON_NAMES) expect(buildFlags.addon.description).to.include(name)
  })
})
