/**
 * Ends what this process has started, in every case, SIGKILL of this process included.
 *
 * A small shell runs beside us with a pipe from us as its input. We tell it each process group
 * before the group's program is started; when the pipe closes, however that came about, it kills
 * the groups that are still listed and removes the folders that are still listed.
 *
 * A group's program cannot slip through: it is started by a shell that first waits for a word from
 * us (see launch.ts), and that word is only sent once the warden has been told.
 */
// `kill 0` is never wanted here, so an empty list must not reach kill.
const SCRIPT = `
trap '' INT TERM HUP QUIT
groups=' '; folders=''
while read -r word value; do
  case $word in
    group) groups="$groups$value " ;;
    gone)
      rest=' '
      for group in $groups; do [ "$group" = "$value" ] || rest="$rest$group "; done
      groups=$rest ;;
    folder) folders="$folders $value" ;;
  esac
done
for group in $groups; do kill -s KILL -- "-$group" 2>/dev/null; done
for folder in $folders; do rm -rf -- "$folder"; done
`

const start = () =>
  Bun.spawn(['/bin/sh', '-c', SCRIPT], {
    detached: true,
    stdin: 'pipe',
    stdout: 'ignore',
    stderr: 'ignore',
  })

let warden: ReturnType<typeof start> | null = null

function tell(line: string): void {
  if (!warden) {
    warden = start()
    // It must not keep us alive: it ends when we do.
    warden.unref()
  }
  warden.stdin.write(`${line}\n`)
  // Now, and not in a later turn: we may be killed before that.
  warden.stdin.flush()
}

/** From now on the process group is killed when this process ends. */
export const guardGroup = (processGroup: number): void => tell(`group ${processGroup}`)

/** The group has been ended by us: its number may be given to somebody else from now on. */
export const releaseGroup = (processGroup: number): void => tell(`gone ${processGroup}`)

/** From now on the folder is removed when this process ends. It must have no spaces in its path. */
export const guardFolder = (path: string): void => tell(`folder ${path}`)
