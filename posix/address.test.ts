import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import {
  type Address,
  decodeSockaddr,
  encodeSockaddr,
  formatAddress,
  inet6Bytes,
  inetBytes,
  parseAddress,
} from './address.ts'
import { IS_LINUX } from './constants.ts'

const tcp = (host: string, port: number): Address => ({ transport: 'tcp', host, port })
const udp = (host: string, port: number): Address => ({ transport: 'udp', host, port })

describe('text', () => {
  const spelled: [string, Address][] = [
    ['tcp://127.0.0.1:8080', tcp('127.0.0.1', 8080)],
    ['tcp://[::1]:8080', tcp('::1', 8080)],
    ['tcp://[::ffff:1.2.3.4]:1', tcp('::ffff:1.2.3.4', 1)],
    ['tcp://localhost:65535', tcp('localhost', 65_535)],
    ['udp://127.0.0.1:0', udp('127.0.0.1', 0)],
    ['udp://[fe80::1]:53', udp('fe80::1', 53)],
    ['unix:/tmp/a.sock', { transport: 'unix', path: '/tmp/a.sock' }],
    ['unix:relative name:1', { transport: 'unix', path: 'relative name:1' }],
  ]
  test.each(spelled)('%s is read and written back', (text, address) => {
    expect(parseAddress(text)).toEqual(address)
    expect(formatAddress(address)).toBe(text)
  })

  test('without a transport it is TCP', () => {
    expect(parseAddress('127.0.0.1:80')).toEqual(tcp('127.0.0.1', 80))
    expect(parseAddress('[::1]:80')).toEqual(tcp('::1', 80))
  })

  test.each([
    '',
    '8080',
    ':8080',
    '127.0.0.1',
    '127.0.0.1:',
    '127.0.0.1:http',
    '127.0.0.1:-1',
    '127.0.0.1:65536',
    '127.0.0.1:123456',
    '127.0.0.1:80/',
    '::1:80',
    '[::1]',
    '[]:80',
    'http://127.0.0.1:80',
    'tcp://udp://127.0.0.1:80',
  ])('%p is refused in words that say what to write', (text) => {
    expect(() => parseAddress(text)).toThrow(
      `"${text}" is no address. Write tcp://127.0.0.1:8080, tcp://[::1]:8080, 127.0.0.1:8080, udp://127.0.0.1:8080 or unix:/path.`,
    )
  })
})

function throughKernelLayout(address: Address): Address {
  const bytes = encodeSockaddr(address)
  return decodeSockaddr(bytes, bytes.length, address.transport === 'udp' ? 'udp' : 'tcp')
}

describe('sockaddr', () => {
  const port = fc.integer({ min: 0, max: 65_535 })
  const group = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 65_535 }))
  const groups = fc.array(group, { minLength: 8, maxLength: 8 })
  const transport = fc.constantFrom('tcp', 'udp')

  test('every IPv4 address comes back', () => {
    fc.assert(
      fc.property(fc.ipV4(), port, transport, (host, port, transport) => {
        const address = { transport, host, port } as Address
        expect(throughKernelLayout(address)).toEqual(address)
      }),
    )
  })

  test('every IPv6 address comes back in its shortest spelling', () => {
    fc.assert(
      fc.property(groups, port, transport, (groups, port, transport) => {
        const spelled = groups.map((group) => group.toString(16)).join(':')
        const host = new URL(`http://[${spelled}]/`).hostname.slice(1, -1)
        const decoded = throughKernelLayout({ transport, host: spelled, port } as Address)
        expect(decoded).toEqual({ transport, host, port } as Address)
        expect(inet6Bytes(host)).toEqual(inet6Bytes(spelled))
      }),
    )
  })

  test.each(['/tmp/a.sock', 'x', '/tmp/ü 名', 'p'.repeat(IS_LINUX ? 107 : 103)])(
    'the Unix path %s comes back',
    (path) => {
      expect(throughKernelLayout({ transport: 'unix', path })).toEqual({ transport: 'unix', path })
    },
  )

  test('an unnamed Unix socket, a client for example, has an empty path', () => {
    const bytes = encodeSockaddr({ transport: 'unix', path: 'x' })
    expect(decodeSockaddr(bytes, 2, 'tcp')).toEqual({ transport: 'unix', path: '' })
  })

  test('a view into a larger buffer is decoded where it lies', () => {
    const bytes = encodeSockaddr(tcp('10.1.2.3', 0x1234))
    const larger = new Uint8Array(64).fill(0xff)
    larger.set(bytes, 8)
    expect(decodeSockaddr(larger.subarray(8), bytes.length, 'tcp')).toEqual(tcp('10.1.2.3', 0x1234))
  })

  test('port and host are in network byte order', () => {
    const bytes = encodeSockaddr(tcp('127.0.0.1', 0x1234))
    expect([...bytes.subarray(2, 8)]).toEqual([0x12, 0x34, 127, 0, 0, 1])
    expect(bytes.length).toBe(16)
    const bytes6 = encodeSockaddr(tcp('1:2::ff', 0x1234))
    expect([...bytes6.subarray(2, 4)]).toEqual([0x12, 0x34])
    expect([...bytes6.subarray(8, 14)]).toEqual([0, 1, 0, 2, 0, 0])
    expect(bytes6.length).toBe(28)
    expect(bytes6[23]).toBe(0xff)
  })
})

describe('what cannot be encoded', () => {
  test.each([
    'localhost',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.256',
    '1.2.3.-1',
    '1..2.3',
    '1.2.3.',
    '1.2.3.0x1',
    '',
  ])('%p is no IPv4 address', (host) => {
    expect(() => inetBytes(host)).toThrow(`"${host}" is not a numeric IPv4 address.`)
  })

  test.each([':', '1::2::3', '12345::', '1:2:3', '::g', '::1%lo', '::1]/x?['])(
    '%p is no IPv6 address',
    (host) => {
      expect(() => inet6Bytes(host)).toThrow(`"${host}" is not a numeric IPv6 address.`)
    },
  )

  test('a Unix path that is empty or too long for the kernel says how long it may be', () => {
    const most = IS_LINUX ? 107 : 103
    for (const path of ['', 'p'.repeat(most + 1), 'ü'.repeat(most)]) {
      const { length } = new TextEncoder().encode(path)
      expect(() => encodeSockaddr({ transport: 'unix', path })).toThrow(
        `The Unix socket path "${path}" has ${length} bytes; 1 to ${most} are possible.`,
      )
    }
  })
})
