import {expect} from 'chai'
import {renderXml} from '../../../src/local/api/xml.js'

const PROLOGUE = '<?xml version="1.0" encoding="UTF-8"?>\n'

describe('renderXml', () => {
  it('writes members, lists and nesting, and leaves out what is undefined', () => {
    const xml = renderXml('R', {a: 1, b: [{c: true}, {c: false}], d: undefined, e: [], f: ''}, {namespace: 'urn:x'})
    expect(xml).to.equal(
      `${PROLOGUE}<R xmlns="urn:x"><a>1</a><b><item><c>true</c></item><item><c>false</c></item></b><e/><f/></R>`,
    )
  })

  it('names list entries as the protocol wants', () => {
    expect(renderXml('R', {a: ['x']}, {listItem: 'member'})).to.equal(`${PROLOGUE}<R><a><member>x</member></a></R>`)
  })

  it('escapes markup, keeps line ends, and replaces what XML cannot carry', () => {
    expect(renderXml('R', {a: '<&>"]]>\r\n\u0000\u001b'})).to.equal(
      `${PROLOGUE}<R><a>&lt;&amp;&gt;&quot;]]&gt;&#13;\n\ufffd\ufffd</a></R>`,
    )
  })
})
