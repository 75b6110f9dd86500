import {KhwError} from '../errors.js'

/** What was typed cannot be meant: exit code 2. */
export function usageError(message: string, suggestions: readonly [string, ...string[]]): KhwError {
  return new KhwError('USAGE', message, suggestions, {exit: 2})
}
