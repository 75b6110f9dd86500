/** One resource of a call, and all that policies can ask about it. */
export interface Touched {
  /** `ec2:CreateVpc`: what the call does to it, which is not always the call itself. */
  readonly action: string
  /** ARN; `*` for none. Of what is still to be made, the id is `*`. */
  readonly resource: string
  /** Of a resource that the call names and that is not there. */
  readonly isMissing?: boolean
  /** Values by condition key. */
  readonly values: Readonly<Record<string, string | readonly string[] | undefined>>
  /** Keys that have no value because there is none; see AccessContext. */
  readonly known: readonly string[]
}

export interface KeyValue {
  readonly key: string
  readonly value: string
}

/** Of the request, for what it makes or tags. */
export function requestTags(tags: readonly KeyValue[]): Touched['values'] {
  return {
    ...Object.fromEntries(tags.map(({key, value}) => [`aws:RequestTag/${key}`, value])),
    ...(tags.length === 0 ? {} : {'aws:TagKeys': tags.map(({key}) => key)}),
  }
}

/** Of what is there; services have prefixes of their own besides (`ec2`). */
export function resourceTags(tags: readonly KeyValue[], service: string): Touched['values'] {
  return Object.fromEntries(
    tags.flatMap(({key, value}) => [
      [`aws:ResourceTag/${key}`, value],
      [`${service}:ResourceTag/${key}`, value],
    ]),
  )
}

export function tagKeys(service: string): readonly string[] {
  return ['aws:RequestTag/', 'aws:TagKeys', 'aws:ResourceTag/', `${service}:ResourceTag/`]
}
