import {expect} from 'chai'
import {imageName, referenceOf} from '../../../src/artifacts/images/image-name.js'

describe('names of images', () => {
  const whole: readonly [string, string, string?][] = [
    ['busybox', 'docker.io/library/busybox', 'latest'],
    ['busybox:1.36', 'docker.io/library/busybox', '1.36'],
    ['team/web:1', 'docker.io/team/web', '1'],
    ['docker.io/team/web', 'docker.io/team/web', 'latest'],
    ['registry.k8s.io/coredns/coredns:v1.14.2', 'registry.k8s.io/coredns/coredns', 'v1.14.2'],
    ['localhost/web:1', 'localhost/web', '1'],
    ['localhost:5000/web', 'localhost:5000/web', 'latest'],
    [`quay.io/a/b:1@sha256:${'0'.repeat(64)}`, 'quay.io/a/b', '1'],
    [`quay.io/a/b@sha256:${'0'.repeat(64)}`, 'quay.io/a/b'],
  ]
  for (const [reference, repository, tag] of whole)
    it(`are completed: ${reference}`, () => {
      const name = imageName(reference)
      expect(name).to.deep.equal(tag === undefined ? {repository} : {repository, tag})
      expect(name && referenceOf(name)).to.equal(tag === undefined ? repository : `${repository}:${tag}`)
    })

  for (const other of [
    '',
    'Web:1',
    'a b',
    '../a',
    'quay.io/../a:1',
    'quay.io//a',
    'quay.io/a:',
    'q/_a:1',
    'quay.io/a:-1',
  ])
    it(`are refused: "${other}"`, () => {
      expect(imageName(other)).to.equal(undefined)
    })
})
