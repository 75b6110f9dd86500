// The SDK would print six lines about Node 20 into the report (aws-sdk-js-v3#7983).
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'

const canMakeMachines = process.platform === 'linux' && process.geteuid() === 0

module.exports = {
  extension: ['ts'],
  'node-option': ['import=tsx'],
  timeout: 20_000,
  // Where everything can run, what does not run has failed.
  'forbid-pending': process.env.CI === 'true' && canMakeMachines,
}
