/**
 * Starts subjects, says their processes and its folder, and waits to be killed: for the tests of
 * what is left behind then.
 *
 * RUN  bun harness/testdata/launcher.ts run|freeze
 */
import { dirname } from 'node:path'
import { launch } from '../launch.ts'

const deaf = `trap "" TERM HUP INT; sleep 1000 & sleep 1000 & echo up; while :; do sleep 1000; done`
const subjects = [
  await launch({
    kind: 'implementation',
    serve: { name: 'length-prefixed' },
    transport: 'unix',
  }),
  await launch({ kind: 'exec', command: deaf, readyPattern: /^up$/m, transport: 'tcp' }),
]
if (process.argv[2] === 'freeze') for (const subject of subjects) await subject.freeze()

const pids = subjects.flatMap((subject) => subject.members())
const [{ address }] = subjects as [(typeof subjects)[0]]
const folder = address.transport === 'unix' ? dirname(address.path) : ''
console.log(JSON.stringify({ pids, folder }))
setInterval(() => {}, 1_000)
