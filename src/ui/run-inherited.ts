import {spawn} from 'node:child_process'
import {constants} from 'node:os'
import {KhwError} from '../errors.js'

/**
 * Runs a program on this process's own terminal and answers with its exit status; 128 + n if signal n ended it, as
 * shells say it. Ctrl-C is the program's business meanwhile.
 */
export async function runInherited(program: string, words: readonly string[]): Promise<number> {
  const ignore = (): void => undefined
  process.on('SIGINT', ignore)
  try {
    return await new Promise<number>((resolve, reject) => {
      const child = spawn(program, words, {stdio: 'inherit'})
      child.once('error', error => {
        reject(notStarted(program, error))
      })
      child.once('close', (code, signal) => {
        resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]))
      })
    })
  } finally {
    process.off('SIGINT', ignore)
  }
}

function notStarted(program: string, error: Error): KhwError {
  const missing = 'code' in error && error.code === 'ENOENT'
  return new KhwError(
    'SSH_FAILED',
    missing ? `There is no program "${program}" on this machine.` : `Could not run ${program}: ${error.message}`,
    ['Install an OpenSSH client (on Debian and Ubuntu: apt install openssh-client), then repeat the command'],
    {cause: error},
  )
}
