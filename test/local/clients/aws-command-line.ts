import {execFile} from 'node:child_process'
import {promisify} from 'node:util'
import type {Credentials} from '../../../src/local/api/signature.js'

/** Where Debian's package `awscli` puts it; another `aws` may come first in the path. */
export const AWS = '/usr/bin/aws'

const run = promisify(execFile)

/**
 * Runs `aws`, pointed at a region, and resolves with what it prints, as text: columns by tabs, `None` for what is not
 * there. Rejects with what it writes to stderr: `An error occurred (InvalidVpcID.NotFound) when calling ...`.
 */
export type Aws = (...args: readonly string[]) => Promise<string>

/** `home` takes the place of the caller's home, with nothing in it to read. */
export function awsCommandLine(endpoint: string, credentials: Credentials, home: string): Aws {
  const env = {
    HOME: home,
    PATH: '/usr/bin:/bin',
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_DEFAULT_REGION: 'local-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_MAX_ATTEMPTS: '1',
    AWS_PAGER: '',
  }
  return async (...args) => {
    try {
      const {stdout} = await run(AWS, ['--endpoint-url', endpoint, '--output', 'text', ...args], {env})
      return stdout.trimEnd()
    } catch (error) {
      const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : ''
      throw new Error(`aws ${args.slice(0, 2).join(' ')}: ${stderr === '' ? String(error) : stderr}`, {cause: error})
    }
  }
}
