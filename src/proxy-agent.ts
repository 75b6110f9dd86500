import {Agent as PlainAgent, type Agent as AnyAgent, type ClientRequest} from 'node:http'
import {Agent as SecureAgent} from 'node:https'
import {Agent, type AgentConnectOpts} from 'agent-base'
import {proxyFor, type ProxySettings} from './proxy.js'

/** An agent that sends everything by one proxy: secure requests in a tunnel (RFC 9110, 9.3.6 CONNECT), plain ones whole. */
export async function agentThrough(proxy: URL, secure: boolean): Promise<AnyAgent> {
  // Loaded only where there is a proxy: they take a tenth of a second.
  if (secure) {
    const {HttpsProxyAgent} = await import('https-proxy-agent')
    return new HttpsProxyAgent(proxy, {keepAlive: true})
  }
  const {HttpProxyAgent} = await import('http-proxy-agent')
  return new HttpProxyAgent(proxy, {keepAlive: true})
}

/** An agent for all hosts and both schemes, that takes for each request the proxy that the settings say, or none. */
export class ProxyingAgent extends Agent {
  readonly #direct = {plain: new PlainAgent({keepAlive: true}), secure: new SecureAgent({keepAlive: true})}
  readonly #through = new Map<string, Promise<AnyAgent>>()

  constructor(private readonly settings: ProxySettings) {
    super()
  }

  override connect(_request: ClientRequest, options: AgentConnectOpts): AnyAgent | Promise<AnyAgent> {
    const {secureEndpoint: secure, host = 'localhost', port} = options
    const name = host.includes(':') ? `[${host}]` : host
    const proxy = proxyFor(new URL(`${secure ? 'https' : 'http'}://${name}:${port}`), this.settings)
    if (proxy === undefined) return secure ? this.#direct.secure : this.#direct.plain
    const key = `${proxy.href} ${secure}`
    const agent = this.#through.get(key) ?? agentThrough(proxy, secure)
    this.#through.set(key, agent)
    return agent
  }

  override destroy(): void {
    this.#direct.plain.destroy()
    this.#direct.secure.destroy()
    for (const agent of this.#through.values())
      void agent.then(
        made => {
          made.destroy()
        },
        () => undefined,
      )
    super.destroy()
  }
}
