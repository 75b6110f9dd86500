import {expect} from 'chai'
import {AccessContext} from '../../../../src/local/api/iam/access-context.js'
import {evaluate, type Decision} from '../../../../src/local/api/iam/evaluate.js'
import {parsePolicy} from '../../../../src/local/api/iam/policy-document.js'

interface Row {
  readonly policy: object | readonly object[]
  readonly action?: string
  readonly resource?: string
  readonly context?: Record<string, string | string[]>
  readonly known?: string[]
  readonly decision: Decision
}

const VPC = 'arn:aws:ec2:local-1:123456789012:vpc/vpc-1'
const allow = (more: object = {}): object => ({Effect: 'Allow', Action: 'ec2:DeleteVpc', Resource: '*', ...more})
const deny = (more: object = {}): object => ({...allow(more), Effect: 'Deny'})
const when = (Condition: object): object => allow({Condition})

function decide({policy, action = 'ec2:DeleteVpc', resource = VPC, context = {}, known}: Row): Decision {
  const statements = parsePolicy(JSON.stringify({Version: '2012-10-17', Statement: policy}), 'identity')
  return evaluate(statements, {action, resource, context: new AccessContext(context, known)})
}

/** Rows by what they show. */
const TABLE: Readonly<Record<string, readonly Row[]>> = {
  'what nobody allows is not allowed': [
    {policy: allow({Action: 'ec2:CreateVpc'}), decision: 'implicitDeny'},
    {policy: allow(), decision: 'allowed'},
    {policy: [allow(), allow()], decision: 'allowed'},
  ],
  'who is denied it is denied it, whoever allows it': [
    {policy: [allow(), deny()], decision: 'explicitDeny'},
    {policy: [deny(), allow()], decision: 'explicitDeny'},
    {policy: [allow(), deny({Action: 'ec2:DeleteSubnet'})], decision: 'allowed'},
    {policy: deny(), decision: 'explicitDeny'},
  ],
  'actions are patterns in any case': [
    {policy: allow({Action: ['s3:*', 'EC2:delete*']}), decision: 'allowed'},
    {policy: allow({Action: '*'}), decision: 'allowed'},
    {policy: allow({Action: 'ec2:DeleteVp?'}), decision: 'allowed'},
    {policy: allow({Action: 'ec2:DeleteV'}), decision: 'implicitDeny'},
    {policy: {Effect: 'Allow', NotAction: 'iam:*', Resource: '*'}, decision: 'allowed'},
    {policy: {Effect: 'Allow', NotAction: 'ec2:Delete*', Resource: '*'}, decision: 'implicitDeny'},
  ],
  'resources are patterns, and their case counts': [
    {policy: allow({Resource: 'arn:*:ec2:*:*:vpc/*'}), decision: 'allowed'},
    {policy: allow({Resource: ['arn:aws:ec2:*:*:subnet/*', VPC]}), decision: 'allowed'},
    {policy: allow({Resource: 'arn:*:ec2:*:*:VPC/*'}), decision: 'implicitDeny'},
    {policy: allow({Resource: 'arn:*:ec2:*:*:subnet/*'}), decision: 'implicitDeny'},
    {policy: allow({Resource: 'arn:*:ec2:*:*:vpc/vpc-?'}), decision: 'allowed'},
    {policy: allow({Resource: 'arn:*:ec2:*:*:vpc/*'}), resource: '*', decision: 'implicitDeny'},
    {policy: {Effect: 'Allow', Action: '*', NotResource: VPC}, decision: 'implicitDeny'},
    {policy: {Effect: 'Allow', Action: '*', NotResource: 'arn:*:ec2:*:*:subnet/*'}, decision: 'allowed'},
    {
      policy: allow({Resource: 'arn:*:iam::*:user/${aws:username}'}),
      resource: 'arn:aws:iam::1:user/eve',
      context: {'aws:username': 'eve'},
      decision: 'allowed',
    },
    {
      policy: allow({Resource: 'arn:*:iam::*:user/${aws:username}'}),
      resource: 'arn:aws:iam::1:user/',
      decision: 'implicitDeny',
    },
    {policy: allow({Resource: 'arn:*:s3:::a${*}b'}), resource: 'arn:aws:s3:::a*b', decision: 'allowed'},
    {policy: allow({Resource: 'arn:*:s3:::a${*}b'}), resource: 'arn:aws:s3:::axb', decision: 'implicitDeny'},
  ],
  'StringEquals needs one of its values, in this case': [
    {policy: when({StringEquals: {'aws:x': 'a'}}), context: {'aws:X': 'a'}, decision: 'allowed'},
    {policy: when({StringEquals: {'aws:x': ['b', 'a']}}), context: {'aws:x': 'a'}, decision: 'allowed'},
    {policy: when({StringEquals: {'aws:x': 'A'}}), context: {'aws:x': 'a'}, decision: 'implicitDeny'},
    {policy: when({StringEquals: {'aws:x': 'a*'}}), context: {'aws:x': 'ab'}, decision: 'implicitDeny'},
    {policy: when({StringEquals: {'aws:x': 'a'}}), decision: 'implicitDeny'},
    {policy: when({StringEqualsIgnoreCase: {'aws:x': 'A'}}), context: {'aws:x': 'a'}, decision: 'allowed'},
    {
      policy: when({StringEquals: {'aws:x': '${aws:y}'}}),
      context: {'aws:x': 'a', 'aws:y': 'a'},
      decision: 'allowed',
    },
    {policy: when({StringEquals: {'aws:x': '${aws:y}'}}), context: {'aws:x': ''}, decision: 'implicitDeny'},
  ],
  'all conditions have to hold': [
    {
      policy: when({StringEquals: {'aws:x': 'a', 'aws:y': 'b'}}),
      context: {'aws:x': 'a', 'aws:y': 'c'},
      decision: 'implicitDeny',
    },
    {
      policy: when({StringEquals: {'aws:x': 'a'}, Bool: {'aws:y': 'true'}}),
      context: {'aws:x': 'a', 'aws:y': 'True'},
      decision: 'allowed',
    },
  ],
  'StringLike takes patterns': [
    {policy: when({StringLike: {'aws:x': 't3.*'}}), context: {'aws:x': 't3.large'}, decision: 'allowed'},
    {policy: when({StringLike: {'aws:x': 't3.*'}}), context: {'aws:x': 'm5.large'}, decision: 'implicitDeny'},
    {policy: when({StringNotLike: {'aws:x': 't3.*'}}), context: {'aws:x': 'm5.large'}, decision: 'allowed'},
  ],
  'what says Not holds without a value': [
    {policy: when({StringNotEquals: {'aws:x': 'a'}}), decision: 'allowed'},
    {policy: when({StringNotEquals: {'aws:x': 'a'}}), context: {'aws:x': 'a'}, decision: 'implicitDeny'},
    {policy: when({StringNotEquals: {'aws:x': ['a', 'b']}}), context: {'aws:x': 'b'}, decision: 'implicitDeny'},
  ],
  'IfExists holds without a value, Null asks for it': [
    {policy: when({StringEqualsIfExists: {'aws:x': 'a'}}), decision: 'allowed'},
    {policy: when({StringEqualsIfExists: {'aws:x': 'a'}}), context: {'aws:x': 'b'}, decision: 'implicitDeny'},
    {policy: when({Null: {'aws:x': 'true'}}), decision: 'allowed'},
    {policy: when({Null: {'aws:x': true}}), context: {'aws:x': 'b'}, decision: 'implicitDeny'},
    {policy: when({Null: {'aws:x': 'false'}}), context: {'aws:x': 'b'}, decision: 'allowed'},
    {policy: when({Null: {'aws:x': 'false'}}), decision: 'implicitDeny'},
  ],
  'lists of values are compared as sets': [
    {
      policy: when({'ForAllValues:StringEquals': {'aws:TagKeys': ['a', 'b']}}),
      context: {'aws:TagKeys': ['a', 'b']},
      decision: 'allowed',
    },
    {
      policy: when({'ForAllValues:StringEquals': {'aws:TagKeys': ['a', 'b']}}),
      context: {'aws:TagKeys': ['a', 'c']},
      decision: 'implicitDeny',
    },
    {policy: when({'ForAllValues:StringEquals': {'aws:TagKeys': 'a'}}), decision: 'allowed'},
    {
      policy: when({'ForAnyValue:StringLike': {'aws:TagKeys': 'khw:*'}}),
      context: {'aws:TagKeys': ['a', 'khw:b']},
      decision: 'allowed',
    },
    {policy: when({'ForAnyValue:StringLike': {'aws:TagKeys': '*'}}), decision: 'implicitDeny'},
    {
      policy: when({'ForAllValues:StringNotEquals': {'aws:TagKeys': 'a'}}),
      context: {'aws:TagKeys': ['a', 'b']},
      decision: 'implicitDeny',
    },
  ],
  'numbers, dates and ARNs are compared as such': [
    {
      policy: when({NumericLessThanEquals: {'ec2:VolumeSize': '20'}}),
      context: {'ec2:VolumeSize': '8'},
      decision: 'allowed',
    },
    {
      policy: when({NumericLessThanEquals: {'ec2:VolumeSize': 20}}),
      context: {'ec2:VolumeSize': '100'},
      decision: 'implicitDeny',
    },
    {
      policy: when({DateLessThan: {'aws:CurrentTime': '2026-12-01T00:00:00Z'}}),
      context: {'aws:CurrentTime': '2026-11-26T00:00:00Z'},
      decision: 'allowed',
    },
    {policy: when({ArnLike: {'ec2:Vpc': 'arn:*:ec2:*:*:vpc/*'}}), context: {'ec2:Vpc': VPC}, decision: 'allowed'},
  ],
  'a condition on what is not known lets nothing through': [
    {policy: when({StringNotEquals: {'ec2:Tenancy': 'host'}}), known: ['aws:RequestTag/'], decision: 'implicitDeny'},
    {policy: when({StringEqualsIfExists: {'ec2:Tenancy': 'host'}}), known: [], decision: 'implicitDeny'},
    {policy: when({'ForAllValues:StringEquals': {'ec2:Tenancy': 'host'}}), known: [], decision: 'implicitDeny'},
    {policy: when({Null: {'ec2:Tenancy': 'true'}}), known: [], decision: 'implicitDeny'},
    {
      policy: [allow(), deny({Condition: {StringEquals: {'ec2:Tenancy': 'host'}}})],
      known: [],
      decision: 'explicitDeny',
    },
    {policy: when({Null: {'aws:requesttag/a': 'true'}}), known: ['aws:RequestTag/'], decision: 'allowed'},
    {policy: when({StringNotEquals: {'ec2:Tenancy': 'host'}}), known: ['ec2:tenancy'], decision: 'allowed'},
  ],
}

/** Statements with a variable of the request's own tags, by how that is known. */
const TEAM = 'arn:aws:ec2:local-1:123456789012:vpc/${aws:PrincipalTag/team}'
const not = (operator: string): object => ({Condition: {[operator]: {'aws:x': ['b', '${aws:PrincipalTag/team}']}}})
const VARIABLES: readonly (readonly [string, object, {readonly unknown: boolean; readonly known: boolean}])[] = [
  ['an Allow where it differs', allow(not('StringNotEquals')), {unknown: false, known: false}],
  ['an Allow where it exists', allow(not('StringEqualsIfExists')), {unknown: false, known: false}],
  ['an Allow for all values', allow(not('ForAllValues:StringEquals')), {unknown: false, known: false}],
  ['an Allow of a resource', allow({Resource: TEAM}), {unknown: false, known: false}],
  ['an Allow of all but a resource', {Effect: 'Allow', Action: '*', NotResource: TEAM}, {unknown: false, known: false}],
  ['a Deny where it is the same', deny(not('StringEquals')), {unknown: true, known: false}],
  ['a Deny where it differs', deny(not('StringNotEquals')), {unknown: true, known: true}],
  ['a Deny of a resource', deny({Resource: TEAM}), {unknown: true, known: false}],
  ['a Deny of all but a resource', {Effect: 'Deny', Action: '*', NotResource: TEAM}, {unknown: true, known: true}],
]

/** What IAM refuses, by what it says. */
const MALFORMED: readonly (readonly [string, string])[] = [
  ['{', 'invalid Json'],
  ['{"Version": "2020-01-01", "Statement": []}', 'version'],
  ['{"Version": "2012-10-17", "Statement": []}', 'no statement'],
  ['{"Statement": {"Effect": "Maybe", "Action": "ec2:*", "Resource": "*"}}', 'Effect'],
  ['{"Statement": {"Effect": "Allow", "Resource": "*"}}', 'must contain actions'],
  ['{"Statement": {"Effect": "Allow", "Action": "ec2:*"}}', 'must contain resources'],
  ['{"Statement": {"Effect": "Allow", "Action": "CreateVpc", "Resource": "*"}}', 'prefaced by a vendor'],
  ['{"Statement": {"Effect": "Allow", "Action": "ec2:*", "Resource": "vpc-1"}}', 'ARN format'],
  ['{"Statement": {"Effect": "Allow", "Action": "ec2:*", "Resource": "*", "Principal": "*"}}', 'principal'],
  ['{"Statement": {"Effect": "Allow", "Action": "ec2:*", "Resource": "*", "Else": 1}}', 'Else is unknown'],
  [
    '{"Statement": {"Effect": "Allow", "Action": "ec2:*", "Resource": "*", "Condition": {"Sounds": {"a:b": "c"}}}}',
    'Invalid Condition type',
  ],
  ['{"Statement": {"Effect": "Allow", "Action": "ec2:*", "Resource": "*", "Sid": "a b"}}', 'alpha-numeric'],
]

describe('evaluation of policies', () => {
  for (const [what, rows] of Object.entries(TABLE)) {
    it(what, () => {
      for (const row of rows) expect(decide(row), JSON.stringify(row)).to.equal(row.decision)
    })
  }

  for (const [what, statement, holds] of VARIABLES)
    it(`never lets anything through by a variable without a value: ${what}`, () => {
      const isDeny = 'Effect' in statement && statement.Effect === 'Deny'
      const decisionOf = (known: string[]): Decision =>
        decide({
          policy: isDeny ? [allow(), statement] : statement,
          context: {'aws:x': 'a'},
          known,
          decision: 'allowed',
        })
      const expected = (isHeld: boolean): Decision =>
        isDeny ? (isHeld ? 'explicitDeny' : 'allowed') : isHeld ? 'allowed' : 'implicitDeny'
      expect(decisionOf([]), 'unknown').to.equal(expected(holds.unknown))
      expect(decisionOf(['aws:PrincipalTag/']), 'known').to.equal(expected(holds.known))
    })

  it('refuses policies that IAM refuses', () => {
    for (const [text, message] of MALFORMED) expect(() => parsePolicy(text, 'identity'), text).to.throw(message)
    expect(() => parsePolicy('{"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole"}}', 'trust')).to.throw(
      'must specify a principal',
    )
  })
})
