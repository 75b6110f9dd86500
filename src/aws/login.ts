/** What to type to sign in again, by the profile that is in use; the first is for SSO. */
export function loginSuggestions(env: NodeJS.ProcessEnv = process.env): [string, string] {
  const profile = env['AWS_PROFILE']
  const named = profile === undefined || profile === '' ? '' : ` --profile ${profile}`
  return [
    `Log in again, for example: aws sso login${named}`,
    'Then run the same command again: it goes on where it stopped.',
  ]
}
