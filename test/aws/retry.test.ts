import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http'
import {expect} from 'chai'
import {awsClients, type AwsClients} from '../../src/aws/clients.js'
import type {RegionAccess} from '../../src/cluster/provider.js'
import {classOf} from '../../src/aws/errors.js'
import {FastClock} from '../fast-clock.js'

/** Answers as EC2 would, with what each test says. */
class Endpoint {
  readonly requests: URLSearchParams[] = []
  answer: (request: URLSearchParams, response: ServerResponse) => void = () => undefined
  private readonly server: Server

  constructor() {
    this.server = createServer((request, response) => {
      void read(request).then(form => {
        this.requests.push(form)
        this.answer(form, response)
      })
    })
  }

  async listen(): Promise<string> {
    await new Promise<void>(resolve => this.server.listen(0, '127.0.0.1', resolve))
    const address = this.server.address()
    return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
  }

  async close(): Promise<void> {
    this.server.closeAllConnections()
    await new Promise(resolve => this.server.close(resolve))
  }
}

async function read(request: IncomingMessage): Promise<URLSearchParams> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return new URLSearchParams(text)
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, {'content-type': 'text/xml'})
  response.end(
    `<Response><Errors><Error><Code>${code}</Code><Message>as told</Message></Error></Errors><RequestID>r</RequestID></Response>`,
  )
}

function accept(request: URLSearchParams, response: ServerResponse): void {
  const action = request.get('Action') ?? ''
  response.writeHead(200, {'content-type': 'text/xml'})
  response.end(
    `<${action}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId><vpc><vpcId>vpc-1</vpcId></vpc></${action}Response>`,
  )
}

function access(endpoint: string): RegionAccess {
  return {
    provider: 'local',
    region: 'local-1',
    endpoint,
    credentials: {accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret'},
    operatorCidr: '203.0.113.7/32',
    architecture: 'amd64',
  }
}

describe('sending again', () => {
  let endpoint: Endpoint
  let clients: AwsClients
  let url: string

  beforeEach(async () => {
    endpoint = new Endpoint()
    url = await endpoint.listen()
    clients = awsClients(access(url), {clock: new FastClock(1_000)})
  })
  afterEach(async () => {
    clients.close()
    await endpoint.close()
  })

  const failure = async (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => undefined,
      (error: unknown) => error,
    )

  const reset = (_: URLSearchParams, response: ServerResponse): void => {
    response.socket?.resetAndDestroy()
  }

  it('never repeats a call that takes no token once it may have happened', async () => {
    endpoint.answer = reset
    expect(classOf(await failure(clients.ec2Once.createVpc({CidrBlock: '10.0.0.0/16'})))).to.equal('ambiguous')
    expect(endpoint.requests).to.have.length(1)

    endpoint.answer = (_, response) => {
      refuse(response, 500, 'InternalError')
    }
    expect(classOf(await failure(clients.ec2Once.createVpc({CidrBlock: '10.0.0.0/16'})))).to.equal('ambiguous')
    expect(endpoint.requests).to.have.length(2)
  })

  it('repeats one that has a token, under the same token', async () => {
    endpoint.answer = (request, response) => {
      if (endpoint.requests.length < 4) reset(request, response)
      else accept(request, response)
    }
    await clients.ec2.createRouteTable({VpcId: 'vpc-1', ClientToken: 'token-1'})
    expect(endpoint.requests.map(form => form.get('ClientToken'))).to.deep.equal(Array(4).fill('token-1'))
  })

  it('sits out a minute of continuous throttling, also for calls that are sent once', async () => {
    const clock = new FastClock(1_000)
    const until = clock.now() + 60_000
    endpoint.answer = (request, response) => {
      if (clock.now() < until) refuse(response, 503, 'RequestLimitExceeded')
      else accept(request, response)
    }
    const [made] = await Promise.all([
      clients.ec2Once.createVpc({CidrBlock: '10.0.0.0/16'}),
      ...Array.from({length: 30}, () => clients.ec2.describeVpcs({})),
    ])
    expect(made.Vpc?.VpcId).to.equal('vpc-1')
    expect(clock.now()).to.be.at.least(until)
  })

  it('does not go on for ever', async () => {
    endpoint.answer = (_, response) => {
      refuse(response, 503, 'RequestLimitExceeded')
    }
    expect(classOf(await failure(clients.ec2.describeVpcs({})))).to.equal('throttle')
    endpoint.answer = reset
    expect(classOf(await failure(clients.ec2.describeVpcs({})))).to.equal('ambiguous')
  })

  for (const [status, code, kind] of [
    [500, 'InsufficientInstanceCapacity', 'capacity'],
    [400, 'VcpuLimitExceeded', 'quota'],
    [400, 'InvalidVpcID.NotFound', 'not-found'],
    [403, 'UnauthorizedOperation', 'auth'],
  ] as const) {
    it(`takes ${code} for an answer`, async () => {
      endpoint.answer = (_, response) => {
        refuse(response, status, code)
      }
      expect(classOf(await failure(clients.ec2.describeVpcs({})))).to.equal(kind)
      expect(endpoint.requests).to.have.length(1)
    })
  }

  it('takes a server that stays silent for one whose answer was lost, instead of hanging', async () => {
    endpoint.answer = () => undefined
    const impatient = awsClients(access(url), {silence: 100})
    expect(classOf(await failure(impatient.ec2Once.createVpc({CidrBlock: '10.0.0.0/16'})))).to.equal('ambiguous')
    expect(endpoint.requests).to.have.length(1)
    impatient.close()
  })
})
