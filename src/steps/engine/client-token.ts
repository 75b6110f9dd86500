import {createHash} from 'node:crypto'

/**
 * An EC2 client token (at most 64 ASCII characters): drawn once per attempt, then kept in the journal. `attempt` (the
 * time the attempt began) keeps a machine that is made anew from being answered with the one that is gone.
 */
export function clientToken(clusterId: string, stepId: string, inputs: string, attempt: number): string {
  const digest = createHash('sha256').update(`${clusterId}\n${stepId}\n${inputs}\n${attempt}`).digest('hex')
  return `khw-${digest.slice(0, 40)}`
}
