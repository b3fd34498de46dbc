/** Clocks of two machines, played by one: what is read of the other is what it was set to. */
import { afterEach, describe, expect, test } from 'bun:test'
import { readClock } from './ntp-client.ts'
import { askTime, NTP_BYTES, readTime, tellTime } from './ntp-packet.ts'
import { type ClockService, serveClock } from './ntp-server.ts'
import { wallMs } from './wall-clock.ts'

const NOBODY = new AbortController().signal
const open: ClockService[] = []
afterEach(() => {
  for (const service of open.splice(0)) service.stop()
})

async function clock(now?: () => number) {
  const service = await serveClock({ host: '127.0.0.1', port: 0 }, now)
  open.push(service)
  return service.address as { transport: 'udp'; host: string; port: number }
}

describe('a clock that is asked', () => {
  test.each([0, 250, -90_000.5, 86_400_000])('%d ms ahead of ours: so it is read', async (ms) => {
    const { offsetMs, errorMs } = await readClock(await clock(() => wallMs() + ms), NOBODY)
    // Not a guess of what is close: the bound has to hold, whatever this machine was doing.
    expect(Math.abs(offsetMs - ms)).toBeLessThanOrEqual(errorMs + 0.001)
    expect(errorMs).toBeLessThan(1_000)
  })

  test('nobody listens', async () => {
    const address = await clock()
    open.pop()!.stop()
    const read = readClock(address, NOBODY)
    expect(read).rejects.toMatchObject({ code: 'clock-unreachable' })
    expect(read).rejects.toThrow(/tells no time: .*framegate clock/)
    await read.catch(() => undefined)
  })

  test('interrupted', async () => {
    const read = readClock(await clock(), AbortSignal.abort())
    expect(read).rejects.toMatchObject({ code: 'interrupted' })
    await read.catch(() => undefined)
  })
})

describe('packets', () => {
  const COOKIE = 0x0123_4567_89ab_cdefn
  const AT = Date.UTC(2026, 10, 21, 17)
  const answer = () => tellTime(askTime(COOKIE), AT, () => AT + 5)!

  test('a question is a client of version 4, as any NTP server expects it', () => {
    const bytes = askTime(COOKIE)
    expect([bytes.length, bytes[0]]).toEqual([NTP_BYTES, 0x23])
    expect(Buffer.from(bytes.subarray(40)).toString('hex')).toBe('0123456789abcdef')
  })

  test('an answer has the times where RFC 5905 has them, from 1900 on', () => {
    const bytes = answer()
    expect(bytes[0]).toBe(0x24)
    const seconds = AT / 1e3 + 2_208_988_800
    expect(new DataView(bytes.buffer).getUint32(32)).toBe(seconds)
    expect(new DataView(bytes.buffer).getUint32(40)).toBe(seconds)
    const told = readTime(bytes, COOKIE, AT)!
    expect(told.receivedMs).toBe(AT)
    expect(told.sentMs).toBeCloseTo(AT + 5, 5)
  })

  test('behind the turn of 2036 the nearest time is meant', () => {
    const at = Date.UTC(2040, 0, 1)
    const bytes = tellTime(askTime(COOKIE), at, () => at)!
    expect(readTime(bytes, COOKIE, at - 3_600_000)!.receivedMs).toBe(at)
  })

  test('what is no question, or no answer to ours, is nothing', () => {
    expect(tellTime(answer(), AT, () => AT)).toBeNull()
    expect(tellTime(new Uint8Array(12), AT, () => AT)).toBeNull()
    expect(readTime(answer(), COOKIE + 1n, AT)).toBeNull()
    expect(readTime(askTime(COOKIE), COOKIE, AT)).toBeNull()
    expect(readTime(new Uint8Array(4), COOKIE, AT)).toBeNull()
  })

  test('a server that does not know the time, or sends us away, is told', () => {
    const lost = answer()
    lost[0]! |= 0b11_000_000
    expect(() => readTime(lost, COOKIE, AT)).toThrow('its own clock is not synchronised')
    const kiss = answer()
    kiss[1] = 0
    kiss.set(new TextEncoder().encode('RATE'), 12)
    expect(() => readTime(kiss, COOKIE, AT)).toThrow('does not want to be asked (RATE)')
  })
})
