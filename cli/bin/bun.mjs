#!/usr/bin/env node
// `node cli/bin/bun.mjs ARGS`: Bun itself, for the scripts of this repository.
import { runBun } from './find-bun.mjs'

runBun(process.argv.slice(2))
