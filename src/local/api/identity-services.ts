import {queryAction} from './action.js'
import type {Parameters} from './parameters.js'
import {queryService} from './query-service.js'
import type {Region} from './region.js'
import type {Service} from './service.js'

/** STS: who a caller is. The region has one identity, the root of its account. */
export function stsService(): Service {
  return queryService('https://sts.amazonaws.com/doc/2011-06-15/', [
    queryAction('GetCallerIdentity', noInput, (_, region) => ({
      Arn: rootArn(region),
      UserId: region.store.state.accountId,
      Account: region.store.state.accountId,
    })),
  ])
}

/** IAM, as far as clients ask it who they are. */
export function iamService(): Service {
  return queryService('https://iam.amazonaws.com/doc/2010-05-08/', [
    queryAction(
      'GetUser',
      parameters => {
        parameters.ignore('UserName')
      },
      (_, region) => ({User: {UserId: region.store.state.accountId, Arn: rootArn(region)}}),
    ),
    queryAction('ListAccountAliases', paging, () => ({AccountAliases: [], IsTruncated: false})),
  ])
}

function noInput(): void {
  // GetCallerIdentity takes no parameters.
}

function paging(parameters: Parameters): void {
  parameters.ignore('Marker', 'MaxItems')
}

function rootArn(region: Region): string {
  return `arn:aws:iam::${region.store.state.accountId}:root`
}
