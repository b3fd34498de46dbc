/**
 * An address book: choose a name, talk, `q` to choose another, `q` again to leave.
 *
 * SHOWS  One socket reaches everybody; `connect` has nothing to do with it. Whose reply it is says
 *        the address it came from, not who was asked last.
 * RUN    bun impl/tutorial/udp-chat/client.ts ann=udp://127.0.0.1:PORT bob=udp://127.0.0.1:PORT
 */
import { SocketTimeout } from '../../../posix/socket.ts'
import { datagrams, hostAndPort, isSame, printable } from '../datagrams.ts'
import { ask, given, print } from '../terminal.ts'
import { bytesOf } from '../text.ts'

const PATIENCE_S = 60

const book = new Map(given.map((word) => word.split('=', 2) as [string, string]))
const client = datagrams([...book.values()][0] ?? '')
client.settimeout(PATIENCE_S)
for (;;) {
  const name = ask(`${[...book.keys()].join(', ')}: `)
  if (name === null || name === 'q') break
  const address = book.get(name)
  if (address) talk(hostAndPort(address))
  else print(`There is no ${name} in the book.`)
}
client.close()

function talk(friend: readonly [string, number]): void {
  for (let line = ask('>>> '); line !== null && line !== 'q'; line = ask('>>> ')) {
    client.sendto(bytesOf(line), friend)
    let from = heard()
    while (from !== null && !isSame(from, friend)) from = heard()
  }
}

/** Prints what comes next, and says who said it; nobody, when nothing comes for a minute. */
function heard(): readonly [string, number] | null {
  try {
    const [message, from] = client.recvfrom(1024)
    const known = [...book].find(([, address]) => isSame(hostAndPort(address), from))
    print(`${known?.[0] ?? from}: ${printable(message)}`)
    return from as readonly [string, number]
  } catch (error) {
    if (!(error instanceof SocketTimeout)) throw error
    print('No answer.')
    return null
  }
}
