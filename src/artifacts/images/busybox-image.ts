import type {Architecture} from '../../cluster/spec.js'
import {imageArchive} from './image-archive.js'
import type {TarEntry} from '../../tar.js'

/** Of what this makes: to be raised when it makes something else of the same busybox. */
export const BUSYBOX_VERSION = 2

/** One image serves as sandbox (it sleeps) and for checks (it has a shell, wget, httpd and nslookup). */
export const BUSYBOX_IMAGES = {
  pause: `khw.local/pause:${BUSYBOX_VERSION}`,
  check: `khw.local/check:${BUSYBOX_VERSION}`,
} as const

/**
 * It ends when it is told to, as a machine that is shut down tells it: the kernel spares process 1 of a namespace what it
 * has no handler for. The shell waits for all children that it is given, where pods share its process namespace.
 */
const SLEEP = 'trap "exit 0" TERM INT; while :; do sleep 2147483647 & wait $!; done'

const ACCOUNTS = 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\n'
const GROUPS = 'root:x:0:\nnogroup:x:65534:\n'

/**
 * An image archive around a static busybox. `applets` are the commands it has (`busybox --list`, which names busybox
 * itself too); each becomes a link.
 */
export async function busyboxImage(
  architecture: Architecture,
  busybox: Uint8Array,
  applets: readonly string[],
): Promise<Buffer> {
  const directory = (name: string, mode: number): TarEntry => ({kind: 'directory', name, mode})
  const text = (name: string, content: string): TarEntry => ({
    kind: 'file',
    name,
    mode: 0o644,
    content: Buffer.from(content),
  })
  return imageArchive({
    architecture,
    tags: [BUSYBOX_IMAGES.pause, BUSYBOX_IMAGES.check],
    command: ['/bin/sh', '-c', SLEEP],
    environment: ['PATH=/bin'],
    layer: [
      directory('bin/', 0o755),
      {kind: 'file', name: 'bin/busybox', mode: 0o755, content: busybox},
      ...applets
        .filter(name => name !== 'busybox')
        .sort()
        .map((name): TarEntry => ({kind: 'link', name: `bin/${name}`, target: 'busybox'})),
      directory('etc/', 0o755),
      text('etc/passwd', ACCOUNTS),
      text('etc/group', GROUPS),
      directory('root/', 0o700),
      directory('tmp/', 0o1777),
    ],
  })
}
