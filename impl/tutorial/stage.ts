/** The thread that a lesson's server runs on, where it may block. See lesson.ts. */
import { writeSync } from 'node:fs'
import type { Address } from '../../posix/address.ts'
import { C, type PosixError, Socket, type SocketAddress } from '../../posix/socket.ts'
import { open } from '../../posix/socket-calls.ts'
import { type DirectService, handlerOf } from '../service.ts'
import type { LessonServer, StageNews, StageOrder } from './lesson.ts'

declare const self: Worker

/** Some services do not answer every message. */
const NOTHING = new Uint8Array(0)

const say = (news: StageNews): void => self.postMessage(news)

/** Tells which descriptors are open, so that the other thread can end a call that blocks. */
class Watched extends Socket {
  override accept(): [Socket, SocketAddress] {
    const accepted = super.accept()
    say({ kind: 'client', fd: accepted[0].fileno() })
    return accepted
  }
}

function bound(listen: Address): Watched {
  const isUnix = listen.transport === 'unix'
  const family = isUnix ? C.AF_UNIX : listen.host.includes(':') ? C.AF_INET6 : C.AF_INET
  const type = listen.transport === 'udp' ? C.SOCK_DGRAM : C.SOCK_STREAM
  const server = new Watched(family, type, 0, open(family, type, 0))
  // Without it a restarted server finds its port taken, for as long as old connections linger.
  if (listen.transport === 'tcp') server.setsockopt(C.SOL_SOCKET, C.SO_REUSEADDR, 1)
  server.bind(isUnix ? listen.path : [listen.host, listen.port])
  return server
}

function whereOf(server: Socket, listen: Address): Address {
  if (listen.transport === 'unix') return listen
  return { ...listen, port: server.getsockname()[1] as number }
}

async function run({ program, listen, service, folder, commands }: StageOrder): Promise<void> {
  try {
    const { serve } = (await import(program)) as { serve: LessonServer }
    const server = bound(listen)
    const handler = handlerOf(service as DirectService)
    await serve({
      server,
      ready: () => say({ kind: 'ready', address: whereOf(server, listen), fd: server.fileno() }),
      print: (line) => void writeSync(1, `${line}\n`),
      reply: (message, ordinal) => handler(message, ordinal) ?? NOTHING,
      folder,
      commands,
    })
    server.close()
    say({ kind: 'ended' })
  } catch (error) {
    const { code = '', message } = error as PosixError
    say({ kind: 'failed', code, message })
  }
}

self.onmessage = ({ data }: MessageEvent<StageOrder>) => void run(data)
