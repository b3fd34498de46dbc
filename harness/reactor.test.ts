import { describe, expect, test } from 'bun:test'
import { POLLIN, POLLOUT } from '../posix/constants.ts'
import { nowMs, pauseMs } from './clock.ts'
import { Peer } from './peer.ts'
import { freePort } from './ports.ts'
import { ready, until } from './reactor.ts'
import { soon } from './testing.ts'

describe('until', () => {
  test('is true once the condition holds', async () => {
    let looks = 0
    expect(await until(() => ++looks === 500, soon())).toBe(true)
    expect(looks).toBe(500)
  })

  test('is false when the deadline has passed, and has looked at least once', async () => {
    let looks = 0
    expect(await until(() => ++looks < 0, nowMs() - 1)).toBe(false)
    expect(looks).toBe(1)
    expect(await until(() => true, nowMs() - 1)).toBe(true)
  })

  test('fails with what the condition throws, and with nobody else', async () => {
    const broken = until(() => {
      throw new Error('cannot look')
    }, soon())
    let turns = 0
    const other = until(() => ++turns > 50, soon())
    await expect(broken).rejects.toThrow('cannot look')
    expect(await other).toBe(true)
  })

  test('lets timers and promises go on meanwhile', async () => {
    let fired = false
    setTimeout(() => {
      fired = true
    }, 5)
    expect(await until(() => fired, soon())).toBe(true)
  })
})

describe('ready', () => {
  test('waits for each descriptor on its own', async () => {
    const listener = Bun.listen({
      hostname: '127.0.0.1',
      port: 0,
      socket: { data: (socket, chunk) => void socket.write(chunk) },
    })
    const address = { transport: 'tcp', host: '127.0.0.1', port: listener.port } as const
    const [one, other] = [
      await Peer.connect(address, { deadlineMs: soon() }),
      await Peer.connect(address, { deadlineMs: soon() }),
    ]
    const silent = ready(other.socket.fd, POLLIN, nowMs() + 50)
    const answered = ready(one.socket.fd, POLLIN, soon())
    expect((await ready(one.socket.fd, POLLOUT, soon())) & POLLOUT).toBe(POLLOUT)
    await one.send(Uint8Array.of(1), soon())
    expect((await answered) & POLLIN).toBe(POLLIN)
    expect(await silent).toBe(0)
    one.close()
    other.close()
    listener.stop(true)
  })
})

describe('ports', () => {
  test('are given once each, free, and below those of clients', async () => {
    const ports = Array.from({ length: 50 }, freePort)
    expect(new Set(ports).size).toBe(50)
    for (const port of ports) {
      expect(port).toBeGreaterThanOrEqual(20_000)
      expect(port).toBeLessThan(32_768)
    }
    const listener = Bun.listen({ hostname: '127.0.0.1', port: ports[0]!, socket: { data() {} } })
    expect(listener.port).toBe(ports[0]!)
    listener.stop(true)
  })
})

test('a pause lasts at least as long as it was told', async () => {
  const from = nowMs()
  await pauseMs(5)
  expect(nowMs() - from).toBeGreaterThanOrEqual(4)
})
