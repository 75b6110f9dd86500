/** What one check pod printed so far (see check-manifests.ts). */
export interface ProbeResult {
  /** Address that answered to the worker's name it answered with. */
  readonly answers: ReadonlyMap<string, string>
  /** Workers the Service led to so far. */
  readonly service: readonly string[]
  readonly done: boolean
  /** Why the log could not be had, if so. */
  readonly unreadable?: string
}

export const NOTHING: ProbeResult = {answers: new Map(), service: [], done: false}

export function parseProbeLog(log: string): ProbeResult {
  const answers = new Map<string, string>()
  let service: readonly string[] = []
  let done = false
  for (const line of log.split('\n')) {
    const [kind, first = '', second = ''] = line.split(' ')
    if (kind === 'ip') answers.set(first, second)
    else if (kind === 'service') service = first.split(',').filter(name => name !== '')
    else if (kind === 'done') done = true
  }
  return {answers, service, done}
}
