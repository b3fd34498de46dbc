/**
 * What a system may forbid: each time the real thing, as far as root can make it. framegate goes on
 * with less and says what is lost, or says what to do.
 */
import { afterAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ConformResult } from '../conformance/result.ts'
import { EXIT } from './exit-codes.ts'

const ROOT = join(import.meta.dir, '..')
setDefaultTimeout(60_000)
const folder = mkdtempSync(join(tmpdir(), 'framegate-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
chmodSync(folder, 0o777)
const inFolder = (name: string): string => join(folder, name)

/** Two users that own nothing. */
const NOBODY = 65_534
const ANOTHER = 65_533
const user = (id: number) => [`--reuid=${id}`, `--regid=${id}`, '--clear-groups']

/** Forbids NETLINK_SOCK_DIAG (protocol 4 of family 16), as container runtimes' filters do. */
const NO_SOCK_DIAG = `
import ctypes, os, sys
lib = ctypes.CDLL("libseccomp.so.2")
class Argument(ctypes.Structure):
    _fields_ = [("index", ctypes.c_uint), ("operator", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]
ALLOW, REFUSE, EQUAL = 0x7FFF0000, 0x00050001, 4
lib.seccomp_init.restype = ctypes.c_void_p
rules = ctypes.c_void_p(lib.seccomp_init(ALLOW))
wanted = (Argument * 2)(Argument(0, EQUAL, 16, 0), Argument(2, EQUAL, 4, 0))
socket = lib.seccomp_syscall_resolve_name(b"socket")
assert lib.seccomp_rule_add_array(rules, REFUSE, socket, 2, wanted) == 0
assert lib.seccomp_load(rules) == 0
os.execvp(sys.argv[1], sys.argv[1:])
`
/** No other process of its user may look into it. */
const NOT_DUMPABLE = `import ctypes, runpy, sys
ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
`

/** The first thing that is missing, as a test's name tells it. */
function lacks(...needed: readonly (readonly [what: string, isThere: boolean])[]) {
  const missing = needed.find(([, isThere]) => !isThere)?.[0]
  return { isMissing: missing !== undefined, why: missing ? ` (skipped: needs ${missing})` : '' }
}

const succeeds = (...argv: string[]): boolean => {
  if (Bun.which(argv[0]!) === null) return false
  return Bun.spawnSync(argv, { stdout: 'ignore', stderr: 'ignore' }).exitCode === 0
}

writeFileSync(inFolder('no-sock-diag.py'), NO_SOCK_DIAG)
writeFileSync(inFolder('not-dumpable.py'), NOT_DUMPABLE)
copyFileSync(join(ROOT, 'examples/servers/echo.py'), inFolder('echo.py'))
chmodSync(inFolder('echo.py'), 0o644)

const linux = ['Linux', process.platform === 'linux'] as const
const python = ['python3', succeeds('python3', '-c', 'pass')] as const
const seccomp = ['libseccomp', succeeds('python3', inFolder('no-sock-diag.py'), 'true')] as const
const root = ['root and setpriv', succeeds('setpriv', ...user(NOBODY), 'true')] as const
const asNobody = (...argv: string[]) => succeeds('setpriv', ...user(NOBODY), ...argv)
/** One in the home of root is not for others. */
const PYTHON = ['python3', '/usr/bin/python3'].find((path) => asNobody(path, '-c', 'pass'))
const readable = [
  'a checkout and a python3 that others may read',
  asNobody(process.execPath, join(ROOT, 'cli/main.ts'), '--version') && PYTHON !== undefined,
] as const

const CASES = ['--case', 'boundary/two-frames-one-write', '--case', 'boundary/one-frame']
const ECHO = ['--framing', 'u32be', '--max-frame', '1MiB', ...CASES]

async function conform(before: readonly string[], ...args: string[]) {
  const json = inFolder(`${crypto.randomUUID()}.json`)
  const command = [process.execPath, join(ROOT, 'cli/main.ts'), 'conform', ...args, '--json', json]
  const child = Bun.spawn([...before, ...command], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: '1', HOME: folder },
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [out, err] = await Promise.all([child.stdout.text(), child.stderr.text()])
  const code = await child.exited
  const result = (): ConformResult => JSON.parse(readFileSync(json, 'utf8'))
  return { code, out, err, result }
}

const what = (result: ConformResult) =>
  result.runs[0]!.cases.map(({ outcome, schedule, resources }) => [outcome, schedule, resources])

const NO_NETLINK = lacks(linux, python, seccomp)
test.skipIf(NO_NETLINK.isMissing)(
  `look-ups of sockets are forbidden: timed, and told${NO_NETLINK.why}`,
  async () => {
    const before = ['python3', inFolder('no-sock-diag.py')]
    const { code, err, result } = await conform(before, 'length-prefixed', ...CASES)
    expect({ code, err }).toEqual({ code: EXIT.ok, err })
    expect(err).toContain('cuts and merges are timed, not proven (docs/platforms.md)')
    expect(what(result()).map(([outcome, schedule]) => [outcome, schedule])).toEqual([
      ['pass', 'timed'],
      ['pass', 'timed'],
    ])
  },
)

const NO_USERS = lacks(linux, python, root, readable)
describe.skipIf(NO_USERS.isMissing)(`as a user without rights${NO_USERS.why}`, () => {
  const before = ['setpriv', ...user(NOBODY)]

  test('nothing is lost: the kernel tells everybody', async () => {
    const exec = `${PYTHON} '${inFolder('echo.py')}' {port}`
    const { code, err, result } = await conform(before, '--exec', exec, ...ECHO)
    expect({ code, err }).toEqual({ code: EXIT.ok, err })
    expect(what(result())).toEqual([
      ['pass', 'proven', 'ok'],
      ['pass', 'proven', 'ok'],
    ])
  })

  test('a server that nobody may look into: proven, its resources not observed', async () => {
    const exec = `${PYTHON} '${inFolder('not-dumpable.py')}' '${inFolder('echo.py')}' {port}`
    const { code, err, result } = await conform(before, '--exec', exec, ...ECHO)
    expect({ code, err }).toEqual({ code: EXIT.ok, err })
    expect(what(result())).toEqual([
      ['pass', 'proven', 'not-observed'],
      ['pass', 'proven', 'not-observed'],
    ])
  })

  test('a server that changes its user: refused, with what to do', async () => {
    const sudo = inFolder('sudo')
    copyFileSync(Bun.which('setpriv')!, sudo)
    chmodSync(sudo, 0o4755)
    const exec = `'${sudo}' ${user(ANOTHER).join(' ')} ${PYTHON} '${inFolder('echo.py')}' {port}`
    const { code, out, err } = await conform(before, '--exec', exec, ...ECHO)
    const [, pid, port] =
      /Process (\d+) of the server[\s\S]*tcp:\/\/127\.0\.0\.1:(\d+)/.exec(err) ?? []
    try {
      expect({ code, out, err }).toEqual({ code: EXIT.nothingRan, out: '', err })
      expect(err).toContain(`End it (sudo kill ${pid}) and run framegate as that user`)
      const connect = ['--connect', `127.0.0.1:${port}`]
      const second = await conform(before, ...connect, ...ECHO)
      expect({ code: second.code, err: second.err }).toEqual({ code: EXIT.ok, err: second.err })
      expect(second.err).toContain('merges are timed, not proven')
    } finally {
      process.kill(Number(pid), 'SIGKILL')
    }
  })
})
