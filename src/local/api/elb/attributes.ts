import {ApiError} from '../api-error.js'
import type {Parameters} from '../parameters.js'
import type {XmlElement} from '../xml.js'

/** An attribute by its default and the values it can be given here. */
export interface Attribute {
  readonly default: string
  /** Without it the attribute keeps its default: what it would do is not done in this region. */
  readonly allowed?: RegExp
}

export type AttributeTable = Readonly<Record<string, Attribute>>

export const FLAG = /^(true|false)$/

export function defaultAttributes(table: AttributeTable): Record<string, string> {
  return Object.fromEntries(Object.entries(table).map(([key, attribute]) => [key, attribute.default]))
}

/** Reads `Attributes.N.Key` and `.Value` and checks them. Throws ValidationError, InvalidConfigurationRequest. */
export function attributesOf(parameters: Parameters, table: AttributeTable): Record<string, string> {
  const entries = parameters
    .groups('Attributes')
    .map(attribute => [attribute.required('Key'), attribute.optional('Value') ?? ''] as const)
  if (entries.length === 0) throw new ApiError('ValidationError', 'At least one attribute must be specified')
  for (const [key, value] of entries) {
    const attribute = Object.hasOwn(table, key) ? table[key] : undefined
    if (attribute === undefined) throw new ApiError('ValidationError', `Key '${key}' not recognized`)
    if (value === attribute.default || attribute.allowed?.test(value) === true) continue
    if (attribute.allowed !== undefined)
      throw new ApiError('ValidationError', `The value '${value}' for the attribute '${key}' is not valid`)
    throw new ApiError(
      'InvalidConfigurationRequest',
      `The attribute '${key}' can only be '${attribute.default}' in this region`,
    )
  }
  return Object.fromEntries(entries)
}

export function describeAttributes(attributes: Readonly<Record<string, string>>): XmlElement[] {
  return Object.entries(attributes).map(([key, value]) => ({Key: key, Value: value}))
}
