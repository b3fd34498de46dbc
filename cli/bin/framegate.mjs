#!/usr/bin/env node
// The `framegate` command: works where only Node and npm are.
import { fileURLToPath } from 'node:url'
import { runBun } from './find-bun.mjs'

// For cli/interrupt.ts: who it is that has to stay alive.
process.env.FRAMEGATE_LAUNCHER = String(process.pid)
runBun([fileURLToPath(new URL('../main.ts', import.meta.url)), ...process.argv.slice(2)])
