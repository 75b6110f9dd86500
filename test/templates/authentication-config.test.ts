import {expect} from 'chai'
import {parse} from 'yaml'
import type {ClusterSpec} from '../../src/cluster/spec.js'
import {PATHS} from '../../src/templates/paths.js'
import {bundleOf, fileOf, SAMPLES, sampleCluster} from './sample-cluster.js'

const UNIT = '/etc/systemd/system/kube-apiserver.service'

describe('who is anonymous to the API server', () => {
  const controller = (minor: string, securityProfile?: ClusterSpec['securityProfile']) => {
    const cluster = sampleCluster(minor)
    return bundleOf({...cluster, spec: {...cluster.spec, ...(securityProfile && {securityProfile})}}, 'controller-1')
  }
  const withFile = Object.keys(SAMPLES).filter(minor => Number(minor.slice(2)) >= 32)
  const without = Object.keys(SAMPLES).filter(minor => !withFile.includes(minor))

  for (const minor of withFile) {
    it(`${minor}: who asks for its health, and nobody else`, () => {
      const bundle = controller(minor)
      expect(parse(fileOf(bundle, PATHS.authenticationConfig))).to.deep.equal({
        apiVersion: `apiserver.config.k8s.io/${minor === '1.32' ? 'v1beta1' : 'v1'}`,
        kind: 'AuthenticationConfiguration',
        anonymous: {enabled: true, conditions: [{path: '/livez'}, {path: '/readyz'}, {path: '/healthz'}]},
      })
      // Both, and the server does not start.
      expect(fileOf(bundle, UNIT))
        .to.include(' --authentication-config=${CREDENTIALS_DIRECTORY}/authentication-config.yaml ')
        .and.include(`LoadCredential=authentication-config.yaml:${PATHS.authenticationConfig}\n`)
        .and.not.include('--anonymous-auth')
      const unit = bundle.units.find(({name}) => name === 'kube-apiserver.service')
      expect(unit?.inputs).to.include(PATHS.authenticationConfig)
    })
  }

  for (const [minor, profile] of [...without.map(each => [each] as const), ...withFile.map(m => [m, 'cis'] as const)]) {
    it(`${minor}${profile ? ` with the profile ${profile}` : ''}: nobody`, () => {
      const bundle = controller(minor, profile)
      expect(fileOf(bundle, UNIT)).to.include(' --anonymous-auth=false ').and.not.include('--authentication-config')
      expect(bundle.files.map(({path}) => path)).not.to.include(PATHS.authenticationConfig)
    })
  }
})
