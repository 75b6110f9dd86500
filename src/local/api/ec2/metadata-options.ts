import type {Instance} from '../../model.js'
import {action} from '../action.js'
import {ApiError, invalidValue} from '../api-error.js'
import type {Parameters} from '../parameters.js'
import type {XmlElement} from '../xml.js'
import {lookUpInstance} from './instance-lookup.js'

type MetadataOptions = Instance['metadataOptions']

const DEFAULTS: MetadataOptions = {httpTokens: 'optional', httpPutResponseHopLimit: 1, httpEndpoint: 'enabled'}

export const metadataOptionsActions = [
  action(
    'ModifyInstanceMetadataOptions',
    parameters => {
      const instanceId = parameters.required('InstanceId')
      const options = givenOptions(parameters)
      if (Object.keys(options).length === 0)
        throw new ApiError('MissingParameter', 'The request must contain one option to modify')
      return {instanceId, options}
    },
    async ({instanceId, options}, region) => {
      const {vpcId, metadataOptions} = await region.store.change(state => {
        const instance = lookUpInstance(state, instanceId, region.now())
        if (instance.state === 'shutting-down' || instance.state === 'terminated')
          throw new ApiError(
            'IncorrectInstanceState',
            `The instance '${instanceId}' is not in a state in which its options can be modified: it is ${instance.state}.`,
          )
        Object.assign(instance.metadataOptions, options)
        return instance
      })
      // The metadata service and the hop limit of its packets follow; nothing of it needs a new boot.
      await region.network.sync(vpcId)
      return {instanceId, instanceMetadataOptions: describeMetadataOptions(metadataOptions)}
    },
  ),
]

/** What RunInstances asks for, with EC2's defaults. Throws InvalidParameterValue and UnsupportedOperation. */
export function metadataOptionsOf(parameters: Parameters | undefined): MetadataOptions {
  return {...DEFAULTS, ...(parameters === undefined ? {} : givenOptions(parameters))}
}

export function describeMetadataOptions(options: MetadataOptions): XmlElement {
  return {...options, state: 'applied', httpProtocolIpv6: 'disabled', instanceMetadataTags: 'disabled'}
}

function givenOptions(parameters: Parameters): Partial<MetadataOptions> {
  const httpTokens = parameters.optional('HttpTokens')
  const httpEndpoint = parameters.optional('HttpEndpoint')
  const hops = parameters.integer('HttpPutResponseHopLimit')
  if (httpTokens !== undefined && httpTokens !== 'required' && httpTokens !== 'optional')
    throw invalidValue(httpTokens, 'HttpTokens', 'It must be required or optional.')
  if (httpEndpoint !== undefined && httpEndpoint !== 'enabled' && httpEndpoint !== 'disabled')
    throw invalidValue(httpEndpoint, 'HttpEndpoint', 'It must be enabled or disabled.')
  if (hops !== undefined && (hops < 1 || hops > 64))
    throw invalidValue(String(hops), 'HttpPutResponseHopLimit', 'It must be from 1 to 64.')
  parameters.only('HttpProtocolIpv6', 'disabled')
  parameters.only('InstanceMetadataTags', 'disabled')
  return {
    ...(httpTokens === undefined ? {} : {httpTokens}),
    ...(httpEndpoint === undefined ? {} : {httpEndpoint}),
    ...(hops === undefined ? {} : {httpPutResponseHopLimit: hops}),
  }
}
