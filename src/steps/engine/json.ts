/** What a journal can hold and give back unchanged. */
export type Json = string | number | boolean | null | readonly Json[] | {readonly [key: string]: Json}
