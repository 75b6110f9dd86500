#!/usr/bin/env node
// The AWS SDK prints six lines about Node 20 into the middle of the progress display (aws-sdk-js-v3#7983).
if (Number(process.versions.node.split('.')[0]) < 22)
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'
const {enableCompileCache} = await import('node:module')
enableCompileCache?.()
const {execute} = await import('@oclif/core')
// oclif would print the help: on a terminal, khw by itself asks what to build.
const bare = process.argv.length === 2 && process.stdin.isTTY && process.stderr.isTTY
await execute({dir: import.meta.url, ...(bare && {args: ['create']})})
