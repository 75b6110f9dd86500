import {ApiError} from '../api-error.js'
import type {FaultyService} from '../faults/injector.js'
import {doesNotExist, type KindName} from '../resource-kinds.js'
import {elbNotFound, isElbKind} from './names.js'

const WORDS: Partial<Record<KindName, (id: string) => ApiError>> = {
  subnet: id => new ApiError('SubnetNotFound', `The subnet ID '${id}' does not exist`),
  securityGroup: id => new ApiError('InvalidSecurityGroup', `One or more security groups are invalid: ${id}`),
  vpc: id => new ApiError('ValidationError', `The VPC ID '${id}' is not found`),
  instance: id => new ApiError('InvalidTarget', `The following targets are not valid instances: '${id}'`),
}

/** How Elastic Load Balancing words what goes wrong in it (API Reference, "Common Errors"). */
export const ELB_FAULTS: FaultyService = {
  name: 'elasticloadbalancing',
  callName: action => `elasticloadbalancing:${action}`,
  throttled: () => new ApiError('Throttling', 'Rate exceeded'),
  notFound: (kind, id) => {
    if (isElbKind(kind)) return elbNotFound(kind, id)
    return WORDS[kind]?.(id) ?? doesNotExist(kind, id)
  },
}
