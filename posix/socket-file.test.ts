/** Files over sockets: lines and exact counts, whatever the reads were. */
import { expect, test } from 'bun:test'
import { C } from './constants.ts'
import { type Socket, socket } from './socket.ts'
import { bytesOf } from './testing.ts'

/** Two ends of a connection; a blocking read is fine as long as the other end has written. */
function pair(): [Socket, Socket] {
  using server = socket()
  server.bind(['127.0.0.1', 0])
  server.listen(1)
  const one = socket()
  one.connect(server.getsockname())
  const [other] = server.accept()
  // What does not come is an error, and no test that waits forever.
  for (const end of [one, other]) end.settimeout(20)
  return [one, other]
}

test('lines come one by one, the last without a line feed', () => {
  const [ours, theirs] = pair()
  theirs.sendall(bytesOf('first\nsécond\n\nlast'))
  theirs.close()
  const file = ours.makefile('r')
  expect(file.readline()).toBe('first\n')
  expect([...file]).toEqual(['sécond\n', '\n', 'last'])
  expect([file.readline(), file.read()]).toEqual(['', ''])
  file.close()
  ours.close()
})

test('exact counts, longer than one read, then lines, then the rest', () => {
  const [ours, theirs] = pair()
  const large = new Uint8Array(20_000).fill(0x61)
  theirs.sendall(large)
  theirs.sendall(bytesOf('line\nrest'))
  theirs.close()
  using file = ours.makefile('rb')
  expect(file.read(0)).toHaveLength(0)
  expect(file.read(20_000)).toEqual(large)
  expect(file.readline(2)).toEqual(bytesOf('li'))
  expect(file.readline()).toEqual(bytesOf('ne\n'))
  expect(file.read(100)).toEqual(bytesOf('rest'))
  ours.close()
})

test('what is written goes out with flush, close, or when it is much', () => {
  const [ours, theirs] = pair()
  const file = ours.makefile('rwb')
  const bytes = bytesOf('hello')
  expect(file.write(bytes)).toBe(5)
  bytes.fill(0)
  theirs.setblocking(false)
  expect(() => theirs.recv(1)).toThrow('EAGAIN')
  file.flush()
  theirs.settimeout(20)
  expect(theirs.recv(10)).toEqual(bytesOf('hello'))
  file.write(new Uint8Array(10_000))
  expect(theirs.recv(1)).toHaveLength(1)
  file.close()
  ours.close()
  theirs.close()
})

test('the socket stays open as long as a file of it, and closing writes what is left', () => {
  const [ours, theirs] = pair()
  const file = ours.makefile('w')
  ours.close()
  expect(ours.fileno()).toBeGreaterThanOrEqual(0)
  file.write('grüße\n')
  file.close()
  file.close()
  expect(ours.fileno()).toBe(-1)
  expect(theirs.makefile('r').read()).toBe('grüße\n')
  expect(() => file.write('x')).toThrow('Cannot write: the file is closed.')
  theirs.close()
})

test('a file is used as it was made, and bytes that are no text are refused', () => {
  const [ours, theirs] = pair()
  expect(() => ours.makefile('x' as 'r')).toThrow('There are: r, w, rw, rb, wb, rwb.')
  expect(() => ours.makefile('r').write('x')).toThrow('made with the mode "r"')
  expect(() => ours.makefile('wb').read()).toThrow('Cannot read')
  theirs.sendall(Uint8Array.of(0xff, 0x0a))
  expect(() => ours.makefile('r').readline()).toThrow(TypeError)
  expect(ours.getsockopt(C.SOL_SOCKET, C.SO_TYPE)).toBe(C.SOCK_STREAM)
  ours.close()
  theirs.close()
})
