import {formatCidr, parseCidr, type Cidr} from '../../cluster/cidr.js'
import type {RegionNames} from '../host/names.js'
import {run} from '../host/run.js'
import {writeFileAtomically} from '../../write-file.js'
import {choosePublicRange, routedBlocks} from '../vpc/public-range.js'
import {readJsonObject} from './json-file.js'
import type {RegionFiles} from './region-files.js'

/**
 * The region's range of public addresses: chosen on its first start, kept since instances have addresses of it. Throws
 * LOCAL_UNSUPPORTED if the host leaves none free.
 */
export async function ensurePublicRange(files: RegionFiles, names: RegionNames): Promise<Cidr> {
  const kept = (await readJsonObject(files.settings))?.['publicRange']
  const range = typeof kept === 'string' ? parseCidr(kept) : undefined
  if (range) return range
  const routes = await run('ip', ['-json', '-4', 'route', 'show', 'table', 'all'])
  const chosen = choosePublicRange(names.prefix, routedBlocks(routes, names.prefix))
  await writeFileAtomically(files.settings, `${JSON.stringify({publicRange: formatCidr(chosen)})}\n`, 0o600)
  return chosen
}
