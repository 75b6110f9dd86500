/**
 * Flags that the environment gives to clusters of tests, for another release than what Debian has, or for images that no
 * registry in reach has: `KHW_TEST_CREATE="--artifacts mirror --mirror DIR --kubernetes-version 1.36.2"`.
 */
export function artifactsAsked(): readonly string[] | undefined {
  const words = (process.env['KHW_TEST_CREATE'] ?? '').split(' ').filter(word => word !== '')
  return words.length === 0 ? undefined : words
}
