import {expect} from 'chai'
import {Parameters} from '../../../src/local/api/parameters.js'

const parameters = (form: string) => Parameters.fromForm(new URLSearchParams(form))

describe('Parameters', () => {
  it('reads lists in the order of their numbers', () => {
    expect(parameters('Id.10=c&Id.2=b&Id.1=a').list('Id')).to.deep.equal(['a', 'b', 'c'])
  })

  it('reads lists of structures with lists in them', () => {
    const [first, second] = parameters('F.1.Name=n&F.1.Value.1=x&F.1.Value.2=y&F.2.Name=m').groups('F')
    expect(first?.required('Name')).to.equal('n')
    expect(first?.list('Value')).to.deep.equal(['x', 'y'])
    expect(second?.list('Value')).to.deep.equal([])
  })

  it('refuses what is missing or of another type, naming the whole path', () => {
    const [permission] = parameters('P.1.FromPort=many').groups('P')
    expect(() => permission?.integer('FromPort'))
      .to.throw(/P\.1\.FromPort/)
      .with.property('code', 'InvalidParameterValue')
    expect(() => permission?.required('IpProtocol'))
      .to.throw(/P\.1\.IpProtocol/)
      .with.property('code', 'MissingParameter')
    expect(() => parameters('A=').required('A'))
      .to.throw()
      .with.property('code', 'MissingParameter')
    expect(() => parameters('A=yes').flag('A'))
      .to.throw()
      .with.property('code', 'InvalidParameterValue')
    expect(() => parameters('A.x=1').list('A'))
      .to.throw()
      .with.property('code', 'InvalidParameterValue')
  })

  it('knows what nobody asked for, at any depth', () => {
    const given = parameters('A=1&B=2&C.1.D=3&C.1.E=4&X.Y=5')
    given.optional('A')
    for (const c of given.groups('C')) c.optional('D')
    expect(given.unread()).to.deep.equal(['B', 'C.1.E', 'X'])
    given.ignore('B', 'X')
    expect(given.unread()).to.deep.equal(['C.1.E'])
  })

  it('takes names that objects have by nature for mere names', () => {
    const given = parameters('__proto__.x=1&constructor=2')
    expect(given.optional('toString')).to.equal(undefined)
    expect(given.unread()).to.deep.equal(['__proto__', 'constructor'])
  })

  it('has one fingerprint for one request, whatever the order', () => {
    const print = (form: string) => parameters(form).fingerprint(['ClientToken'])
    expect(print('A=1&B.1=2&ClientToken=x')).to.equal(print('B.1=2&A=1&ClientToken=y'))
    expect(print('A=1&B.1=2')).not.to.equal(print('A=1&B.2=2'))
    expect(print('A=1&B.ClientToken=2')).not.to.equal(print('A=1&B.ClientToken=3'))
    expect(print('A=1%0AB=2')).not.to.equal(print('A=1&B=2'))
  })
})
