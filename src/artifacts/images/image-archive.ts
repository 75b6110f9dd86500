import {createHash} from 'node:crypto'
import type {Architecture} from '../../cluster/spec.js'
import {tarOf, type TarEntry} from '../../tar.js'

/** A container image of one layer. */
export interface ImageContent {
  readonly architecture: Architecture
  /** References the image is imported under: `khw.local/pause:1`. */
  readonly tags: readonly string[]
  readonly command: readonly string[]
  readonly environment: readonly string[]
  readonly layer: readonly TarEntry[]
}

/**
 * An image archive as `docker save` writes it and containerd imports it: `manifest.json`, the image's configuration
 * named by its digest, and the layer (Docker Image Specification v1.2; the configuration is the OCI image-spec's).
 * The same content gives the same bytes.
 */
export async function imageArchive(image: ImageContent): Promise<Buffer> {
  const layer = await tarOf(image.layer)
  const configuration = Buffer.from(
    JSON.stringify({
      created: '1970-01-01T00:00:00Z',
      architecture: image.architecture,
      os: 'linux',
      config: {Env: image.environment, Cmd: image.command},
      rootfs: {type: 'layers', diff_ids: [`sha256:${sha256(layer)}`]},
      history: [{created: '1970-01-01T00:00:00Z', created_by: 'khw'}],
    }),
  )
  const name = `${sha256(configuration)}.json`
  const manifest = JSON.stringify([{Config: name, RepoTags: image.tags, Layers: ['layer.tar']}])
  return tarOf([
    {kind: 'file', name: 'manifest.json', mode: 0o644, content: Buffer.from(manifest)},
    {kind: 'file', name, mode: 0o644, content: configuration},
    {kind: 'file', name: 'layer.tar', mode: 0o644, content: layer},
  ])
}

function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}
