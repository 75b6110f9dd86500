/** Proxies for HTTP requests, by the scheme of the target: URLs as in `HTTP_PROXY` and `HTTPS_PROXY`. */
export interface ProxySettings {
  readonly http?: string | undefined
  readonly https?: string | undefined
  /** Host names and domain suffixes that are reached directly, as in `NO_PROXY`; `*` for all. */
  readonly except: readonly string[]
}

/** The settings curl would take from this environment (lower case wins, and HTTP_PROXY counts as well). */
export function proxyFromEnvironment(env: NodeJS.ProcessEnv = process.env): ProxySettings {
  const named = (name: string) => env[name.toLowerCase()] ?? env[name] ?? env['all_proxy'] ?? env['ALL_PROXY']
  return {
    http: named('HTTP_PROXY'),
    https: named('HTTPS_PROXY'),
    except: (env['no_proxy'] ?? env['NO_PROXY'] ?? '').split(/[\s,]+/).filter(entry => entry !== ''),
  }
}

/** Whether there is any proxy at all. */
export function hasProxy({http, https}: ProxySettings): boolean {
  return [http, https].some(proxy => proxy !== undefined && proxy !== '')
}

/** The proxy for a URL, or undefined if it is reached directly. Loopback always is. */
export function proxyFor(url: URL, settings: ProxySettings): URL | undefined {
  const host = url.hostname.toLowerCase()
  const direct = [...settings.except, 'localhost', '127.0.0.1', '[::1]'].some(entry => {
    const name = entry.toLowerCase().replace(/^\*?\./, '')
    return entry === '*' || host === name || host.endsWith(`.${name}`)
  })
  const proxy = direct ? undefined : url.protocol === 'https:' ? settings.https : settings.http
  if (proxy === undefined || proxy === '') return undefined
  return new URL(proxy.includes('://') ? proxy : `http://${proxy}`)
}
