import {expect} from 'chai'
import {allAtOnce, KhwError} from '../../src/errors.js'
import {errorJson, errorReport} from '../../src/ui/error-report.js'
import {expectedError} from '../../src/ui/expected-error.js'
import {styleFor} from '../../src/ui/style.js'

const plain = styleFor({isTTY: false}, {})

describe('errorReport', () => {
  it('says what, why, the code and what to type, within 80 columns', () => {
    const cause = new Error('connect ECONNREFUSED 198.18.0.4:22')
    const error = new KhwError(
      'SSH_FAILED',
      `Could not configure worker-1: ${'its sshd did not answer and '.repeat(4)}that was all.`,
      ['khw status demo', 'Look at the console of the machine'],
      {cause},
    )
    const report = errorReport(error, plain, 80)
    for (const line of report.split('\n')) expect(line.length).to.be.at.most(80)
    expect(report).to.match(/^✖ Could not configure worker-1: /)
    expect(report).to.include('  Caused by: connect ECONNREFUSED 198.18.0.4:22\n  Code: SSH_FAILED\n')
    expect(report).to.match(/Try this:\n {2}khw status demo\n {2}Look at the console of the machine\n$/)
  })

  it('never breaks a command, so that it can be copied', () => {
    const command = `khw create --provider aws --region us-west-2 --name ${'x'.repeat(40)} --controllers 3 --yes`
    expect(errorReport(new KhwError('USAGE', 'No.', [command]), plain, 80)).to.include(`  ${command}\n`)
  })

  it('tells each cause once, the inner ones of an aggregate too', () => {
    const cause = new AggregateError([new Error('disk full on worker-1'), new Error('no route to worker-2')], '')
    const error = new KhwError('STEP_FAILED', 'worker/start/worker-1: disk full on worker-1', ['khw create'], {cause})
    const report = errorReport(error, plain, 80)
    expect(report.match(/disk full/g)).to.have.length(1)
    expect(report).to.include('Caused by: no route to worker-2')
  })

  it('tells of several things what to do below each, or below the last that it helps', () => {
    const troubles = [
      {message: 'There is no type m9.large.', suggestions: ['--worker-type t3.medium', '--worker-type m7i.large']},
      {message: 'node/fetch/worker-1: no answer', suggestions: ['Look at the network'], cause: new Error('ETIMEDOUT')},
      {message: `node/fetch/worker-2: no answer ${'and so on '.repeat(8)}`, suggestions: ['Look at the network']},
    ]
    const error = allAtOnce('CHECK_FAILED', troubles, {exit: 69})
    expect(error.message.split('\n')).to.have.length(3)
    expect(error.suggestions).to.have.length(3)
    expect(error.oclif.exit).to.equal(69)
    expect(errorReport(error, plain, 80).split('\n')).to.deep.equal([
      '✖ There is no type m9.large.',
      '    --worker-type t3.medium',
      '    --worker-type m7i.large',
      '',
      '✖ node/fetch/worker-1: no answer',
      '  Caused by: ETIMEDOUT',
      '✖ node/fetch/worker-2: no answer and so on and so on and so on and so on and so',
      '  on and so on and so on and so on ',
      '    Look at the network',
      '',
      '  Code: CHECK_FAILED',
      '',
    ])
    const {troubles: told} = errorJson(error).error
    expect(told).to.deep.equal(troubles.map(({message, suggestions}) => ({message, suggestions})))
    const one = allAtOnce('CHECK_FAILED', troubles.slice(0, 1))
    expect(errorReport(one, plain, 80)).to.include('Try this:\n  --worker-type t3.medium\n')
    expect(errorJson(one).error).to.have.keys('code', 'message', 'suggestions')
    const both = allAtOnce('CHECK_FAILED', [error, one])
    expect(both.troubles.map(({message}) => message)).to.deep.equal([...troubles, one].map(({message}) => message))
  })

  it('shows no stack', () => {
    expect(errorReport(new KhwError('USAGE', 'No.', ['Yes'], {cause: new Error('why')}), plain, 80)).not.to.match(
      / at /,
    )
  })
})

describe('expectedError', () => {
  it('knows a full disk for what it is', () => {
    const error = Object.assign(new Error('ENOSPC: no space left on device, write'), {code: 'ENOSPC'})
    expect(expectedError(error)?.code).to.equal('DISK_FULL')
  })

  it('takes anything unknown for a bug', () => {
    expect(expectedError(new TypeError('x is not a function'))).to.equal(undefined)
    expect(expectedError('thrown')).to.equal(undefined)
  })
})
