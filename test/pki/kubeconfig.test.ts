import {expect} from 'chai'
import {parse} from 'yaml'
import {kubeconfig, operatorKubeconfig} from '../../src/pki/kubeconfig.js'

const PEMS = {ca: 'CA\n', certificate: 'CERTIFICATE\n', privateKey: 'KEY\n'}

describe('kubeconfig', () => {
  it('embeds everything a component needs', () => {
    const text = kubeconfig({clusterName: 'demo', server: 'https://127.0.0.1:6443', user: 'system:kube-proxy', ...PEMS})
    expect(parse(text)).to.deep.equal({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{name: 'demo', cluster: {server: 'https://127.0.0.1:6443', 'certificate-authority-data': 'Q0EK'}}],
      users: [
        {
          name: 'system:kube-proxy',
          user: {'client-certificate-data': 'Q0VSVElGSUNBVEUK', 'client-key-data': 'S0VZCg=='},
        },
      ],
      contexts: [{name: 'demo', context: {cluster: 'demo', user: 'system:kube-proxy'}}],
      'current-context': 'demo',
    })
  })

  it("names files instead, for who looks after the user's pair itself", () => {
    const files = {certificateFile: '/etc/a.crt', privateKeyFile: '/etc/a.key'}
    const text = kubeconfig({clusterName: 'demo', server: 'https://127.0.0.1:6443', ca: 'CA\n', user: 'u', ...files})
    const {users} = parse(text) as {users: unknown}
    expect(users).to.deep.equal([{name: 'u', user: {'client-certificate': '/etc/a.crt', 'client-key': '/etc/a.key'}}])
  })

  it('gives people a way by default, and one by each end there is', () => {
    const others = {
      'load-balancer': 'https://lb.example:6443',
      'controller-1': 'https://198.18.0.4:6443',
      'controller-2': 'https://198.18.0.5:6443',
    }
    const text = operatorKubeconfig({
      clusterName: 'demo',
      server: 'https://198.18.0.5:6443',
      user: 'admin',
      ...PEMS,
      others,
    })
    const config = parse(text) as {
      clusters: {name: string; cluster: {server: string}}[]
      contexts: {name: string; context: {cluster: string; user: string}}[]
      users: {name: string}[]
      'current-context': string
    }
    expect(config['current-context']).to.equal('demo')
    const servers = new Map(config.clusters.map(({name, cluster}) => [name, cluster.server]))
    expect(config.contexts.map(({name, context}) => [name, servers.get(context.cluster), context.user])).to.deep.equal([
      ['demo', 'https://198.18.0.5:6443', 'demo-admin'],
      ['demo-load-balancer', 'https://lb.example:6443', 'demo-admin'],
      ['demo-controller-1', 'https://198.18.0.4:6443', 'demo-admin'],
      ['demo-controller-2', 'https://198.18.0.5:6443', 'demo-admin'],
    ])
    expect(config.users.map(({name}) => name)).to.deep.equal(['demo-admin'])
  })

  it('folds no line: other readers of YAML need not know how to join them', () => {
    const long = 'x'.repeat(3000)
    const text = kubeconfig({clusterName: 'demo', server: 'https://a:6443', user: 'u', ...PEMS, certificate: long})
    expect(text).to.contain(`client-certificate-data: ${Buffer.from(long).toString('base64')}\n`)
  })
})
