import inquirer from 'inquirer'
import {KhwError} from '../errors.js'
import type {Screen} from './style.js'
import {wrap} from './text.js'

export interface Choice<T extends string | number> {
  readonly value: T
  readonly name: string
  /** Shown below the list while the choice is selected. */
  readonly description?: string
}

/** Answers that may be wrong: a sentence about what is, or nothing. */
export type Problem<T> = (answer: T) => string | undefined

/** Questions on the terminal. Ctrl-C fails with INTERRUPTED, exit code 130, and the sentence given here. */
export interface Prompts {
  select<T extends string | number>(message: string, choices: readonly Choice<T>[], initial?: T): Promise<T>
  input(message: string, initial: string, problem: Problem<string>): Promise<string>
  /** Without a default: the reader has to type. */
  typed(message: string): Promise<string>
  confirm(message: string, initial: boolean): Promise<boolean>
}

/** `cancelled` is what to say of the state things are in when the reader leaves: `nothing was created`. */
export function createPrompts(output: NodeJS.WritableStream & Screen, cancelled: string): Prompts {
  const prompt = inquirer.createPromptModule({output})
  const ask = async (question: Parameters<typeof prompt>[0]): Promise<unknown> => {
    try {
      const answers: unknown = await prompt(question)
      return typeof answers === 'object' && answers !== null && 'answer' in answers ? answers.answer : undefined
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'ExitPromptError') throw error
      throw cancelledError(cancelled)
    }
  }
  const name = 'answer'
  return {
    async select(message, choices, initial) {
      const shown = choices.map(choice => ({...choice}))
      const value = await ask({
        type: 'select',
        name,
        message,
        choices: shown,
        ...(initial !== undefined && {default: initial}),
      })
      const chosen = choices.find(choice => choice.value === value)
      if (!chosen) throw new Error(`the answer ${String(value)} was not offered`)
      return chosen.value
    },
    async input(message, initial, problem) {
      const validate = (text: string): true | string => {
        const wrong = problem(text.trim())
        // Two columns are the mark before it; what is too long would be broken anywhere.
        return wrong === undefined ? true : wrap(wrong, (output.columns || 80) - 3).join('\n  ')
      }
      return String(await ask({type: 'input', name, message, default: initial, validate})).trim()
    },
    async typed(message) {
      return String(await ask({type: 'input', name, message})).trim()
    },
    async confirm(message, initial) {
      return (await ask({type: 'confirm', name, message, default: initial})) === true
    },
  }
}

/** `why`: where it is not that the reader has said no. */
export function cancelledError(what: string, why?: string): KhwError {
  const message = `Cancelled, ${what}${why === undefined ? '' : `: ${why}`}.`
  return new KhwError('INTERRUPTED', message, ['Run the same command again when you are ready'], {exit: 130})
}

/** INTERRUPTED if it is not the name that was to be typed. */
export function checkTyped(typed: string, name: string, cancelled: string): void {
  if (typed === name) return
  throw cancelledError(cancelled, typed === '' ? `"${name}" was not typed` : `"${typed}" was typed, not "${name}"`)
}
