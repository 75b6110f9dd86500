import type {Tagged} from '../../model.js'

/** Value of the tag `Name`; empty without it. */
export function nameOf({tags}: Tagged): string {
  return tags.find(({key}) => key === 'Name')?.value ?? ''
}
