import {randomInt} from 'node:crypto'
import type {SpotMarket} from '../../model.js'
import {ApiError, invalidValue} from '../api-error.js'
import type {Parameters} from '../parameters.js'

/**
 * Reads InstanceMarketOptions: whether a spot instance is asked for. Requests of this region are one-time, and an
 * instance that is taken back is terminated. Throws InvalidParameterValue, UnsupportedOperation and others.
 */
export function wantsSpot(options: Parameters | undefined): boolean {
  if (options === undefined) return false
  const spot = options.group('SpotOptions')
  const market = options.optional('MarketType')
  if (market === undefined && spot !== undefined)
    throw new ApiError('InvalidParameterCombination', 'SpotOptions need the MarketType spot.')
  if (market === undefined) return false
  if (market !== 'spot') throw invalidValue(market, 'MarketType', 'It must be spot.')
  // There is one price here, and it is below every other.
  const price = spot?.optional('MaxPrice')
  if (price !== undefined && !(Number(price) > 0)) throw invalidValue(price, 'MaxPrice', 'It must be a price.')
  spot?.only('SpotInstanceType', 'one-time')
  spot?.only('InstanceInterruptionBehavior', 'terminate')
  return true
}

/** A request that was fulfilled at once. */
export function newSpotRequest(): SpotMarket {
  const letters = Array.from({length: 8}, () => randomInt(36).toString(36)).join('')
  return {spotInstanceRequestId: `sir-${letters}`}
}
