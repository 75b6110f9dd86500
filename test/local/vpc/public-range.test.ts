import {expect} from 'chai'
import {formatCidr, formatIpv4, parseCidr} from '../../../src/cluster/cidr.js'
import {KhwError} from '../../../src/errors.js'
import {
  choosePublicRange,
  operatorCidrOf,
  publicAddressesOf,
  routedBlocks,
  uplinkOf,
} from '../../../src/local/vpc/public-range.js'

const range = parseCidr('198.18.8.0/22') ?? {base: 0, prefix: 0}

describe('the public range', () => {
  it('follows from the prefix, and gives way to what the host routes', () => {
    const first = choosePublicRange('khw00002', [])
    expect(formatCidr(first)).to.equal('198.18.8.0/22')
    const taken = {base: first.base + 300, prefix: 32}
    expect(formatCidr(choosePublicRange('khw00002', [taken]))).to.equal('198.18.12.0/22')
    expect(
      formatCidr(choosePublicRange('khw0007f', [{base: first.base + 117 * 1024 + 1024 * 8, prefix: 22}])),
    ).to.match(/^198\.1[89]\./)
  })

  it('starts over at the end, and says when all is taken', () => {
    const last = choosePublicRange('khw0007f', [])
    expect(formatCidr(last)).to.equal('198.19.252.0/22')
    expect(formatCidr(choosePublicRange('khw0007f', [last]))).to.equal('198.18.0.0/22')
    const all = [{base: 0xc6120000, prefix: 15}]
    expect(() => choosePublicRange('khw00002', all))
      .to.throw(KhwError, 'every /22 of 198.18.0.0/15')
      .with.property('code', 'LOCAL_UNSUPPORTED')
  })

  it("sees the host's routes, but not the default one nor the region's own", () => {
    const routes = [
      {dst: 'default', gateway: '192.0.2.1', dev: 'eth0'},
      {dst: '198.18.9.9', dev: 'khw00002-up0'},
      {dst: '198.18.9.9', dev: 'khw00003-up0'},
      {dst: '198.18.0.0/24', dev: 'tun0'},
      {type: 'broadcast', dst: '198.18.20.255', table: 'local'},
    ]
    expect(routedBlocks(JSON.stringify(routes), 'khw00002').map(formatCidr)).to.deep.equal([
      '198.18.9.9/32',
      '198.18.0.0/24',
      '198.18.20.255/32',
    ])
    expect(routedBlocks('', 'khw00002')).to.deep.equal([])
  })

  it('is divided among instances and uplinks', () => {
    const {first, last} = publicAddressesOf(range)
    expect([first, last].map(formatIpv4)).to.deep.equal(['198.18.8.1', '198.18.10.254'])
    expect(operatorCidrOf(range)).to.equal('198.18.11.0/24')
    expect(uplinkOf(range, 0)).to.deep.equal({
      hostAddress: '198.18.11.1',
      routerAddress: '198.18.11.2',
      prefixLength: 30,
    })
    expect(uplinkOf(range, 63).routerAddress).to.equal('198.18.11.254')
    expect(() => uplinkOf(range, 64)).to.throw(KhwError, 'room for 64 VPCs')
  })
})
