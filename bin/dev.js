#!/usr/bin/env node
// From the sources: node --import tsx bin/dev.js ... (in the line above, tsx would take the word for an import)
if (Number(process.versions.node.split('.')[0]) < 22)
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'
const {execute} = await import('@oclif/core')
// oclif would print the help: on a terminal, khw by itself asks what to build.
const bare = process.argv.length === 2 && process.stdin.isTTY && process.stderr.isTTY
await execute({development: true, dir: import.meta.url, ...(bare && {args: ['create']})})
