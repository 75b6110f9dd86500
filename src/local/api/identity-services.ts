import {queryService} from './query-service.js'
import type {Region} from './region.js'
import type {Service} from './service.js'

/** STS: who a caller is. The region has one identity, the root of its account. */
export function stsService(): Service {
  return queryService('https://sts.amazonaws.com/doc/2011-06-15/', {
    GetCallerIdentity: (_, region) => ({
      Arn: rootArn(region),
      UserId: region.store.state.accountId,
      Account: region.store.state.accountId,
    }),
  })
}

/** IAM, as far as clients ask it who they are. */
export function iamService(): Service {
  return queryService('https://iam.amazonaws.com/doc/2010-05-08/', {
    GetUser: (_, region) => ({User: {UserId: region.store.state.accountId, Arn: rootArn(region)}}),
    ListAccountAliases: () => ({AccountAliases: [], IsTruncated: false}),
  })
}

function rootArn(region: Region): string {
  return `arn:aws:iam::${region.store.state.accountId}:root`
}
