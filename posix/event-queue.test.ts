import { describe, expect, test } from 'bun:test'
import { IS_LINUX, POLLIN, POLLOUT } from './constants.ts'
import { type EventQueue, openEventQueue } from './event-queue.ts'
import { NonBlockingSocket } from './non-blocking-socket.ts'
import { PollQueue } from './poll-queue.ts'

const ANYWHERE = { transport: 'udp', host: '127.0.0.1', port: 0 } as const
const WITHIN_MS = 10_000

/** A datagram socket that something can be sent to. */
function bound(): NonBlockingSocket {
  const socket = NonBlockingSocket.open(ANYWHERE)
  socket.bind(ANYWHERE)
  return socket
}

function sendTo(socket: NonBlockingSocket): void {
  const sender = NonBlockingSocket.open(ANYWHERE)
  sender.connect(socket.localAddress())
  sender.sendDatagram(Uint8Array.of(1))
  sender.close()
}

const readyOf = (queue: EventQueue, count: number): Map<number, number> =>
  new Map(Array.from({ length: count }, (_, at) => [queue.fdAt(at), queue.eventsAt(at)]))

const kinds: [string, () => EventQueue][] = [['poll', () => new PollQueue()]]
if (IS_LINUX) kinds.push(['epoll', openEventQueue])

for (const [name, open] of kinds) {
  describe(name, () => {
    test('tells who can be read, again and again until it is read', () => {
      const queue = open()
      const [quiet, reached] = [bound(), bound()]
      queue.watch(quiet.fd, POLLIN)
      queue.watch(reached.fd, POLLIN)
      expect(queue.wait(0)).toBe(0)
      sendTo(reached)
      for (let look = 0; look < 2; look++) {
        expect([...readyOf(queue, queue.wait(WITHIN_MS))]).toEqual([[reached.fd, POLLIN]])
      }
      reached.recv(new Uint8Array(8))
      expect(queue.wait(0)).toBe(0)
      for (const each of [quiet, reached]) each.close()
      queue.close()
    })

    test('tells what was asked for last, and of nobody who is forgotten', () => {
      const queue = open()
      const socket = bound()
      queue.watch(socket.fd, POLLIN)
      expect(queue.wait(0)).toBe(0)
      queue.watch(socket.fd, POLLIN | POLLOUT)
      expect([...readyOf(queue, queue.wait(WITHIN_MS))]).toEqual([[socket.fd, POLLOUT]])
      queue.watch(socket.fd, 0)
      expect(queue.wait(0)).toBe(0)
      queue.watch(socket.fd, POLLOUT)
      queue.forget(socket.fd)
      expect(queue.wait(0)).toBe(0)
      socket.close()
      queue.close()
    })

    test('tells of everyone where more are ready than one wait tells', () => {
      const queue = open()
      const sockets = Array.from({ length: 600 }, bound)
      for (const { fd } of sockets) queue.watch(fd, POLLOUT)
      const told = new Set<number>()
      for (let wait = 0; wait < 3; wait++) {
        for (const fd of readyOf(queue, queue.wait(0)).keys()) told.add(fd)
      }
      expect(told.size).toBe(600)
      for (const each of sockets) each.close()
      queue.close()
    })
  })
}
