import {expect} from 'chai'
import {matcher} from '../../../src/local/api/filters.js'

interface Item {
  readonly name: string
  readonly ports: readonly number[]
  readonly open?: boolean
  readonly tags: {key: string; value: string}[]
}

const item: Item = {name: 'a.b*c', ports: [22, 80], tags: [{key: 'Name', value: 'web-1'}]}
const matches = (name: string, ...values: string[]) =>
  matcher<Item>([{name, values}], {name: i => i.name, ports: i => i.ports, open: i => i.open}, i => i.tags)(item)

describe('filters', () => {
  it('match any of the values asked for with any of the values there', () => {
    expect(matches('ports', '443', '80')).to.equal(true)
    expect(matches('ports', '443')).to.equal(false)
    expect(matches('open', 'true', 'false')).to.equal(false)
  })

  it('know wildcards, and characters that are none', () => {
    expect(matches('name', 'a*')).to.equal(true)
    expect(matches('name', 'a?b?c')).to.equal(true)
    expect(matches('name', String.raw`a.b\*c`)).to.equal(true)
    expect(matches('name', String.raw`a.b\?c`)).to.equal(false)
    expect(matches('name', 'a.b')).to.equal(false)
    expect(matches('name', 'A*')).to.equal(false)
    expect(matches('name', 'axb*c')).to.equal(false)
    expect(matches('name', '[a].*', '(', '+')).to.equal(false)
  })

  it('look at tags', () => {
    expect(matches('tag:Name', 'web-*')).to.equal(true)
    expect(matches('tag:name', 'web-*')).to.equal(false)
    expect(matches('tag-key', 'Name')).to.equal(true)
    expect(matches('tag-value', 'web-1')).to.equal(true)
  })

  it('refuse names nobody knows', () => {
    for (const name of ['colour', 'constructor', '__proto__'])
      expect(() => matches(name, 'x'))
        .to.throw(name)
        .with.property('code', 'InvalidParameterValue')
    expect(() => matcher<string>([{name: 'tag:a', values: ['b']}], {})).to.throw()
  })

  it('all have to match', () => {
    const both = [
      {name: 'ports', values: ['22']},
      {name: 'tag:Name', values: ['db-1']},
    ]
    expect(matcher<Item>(both, {ports: i => i.ports}, i => i.tags)(item)).to.equal(false)
  })
})
