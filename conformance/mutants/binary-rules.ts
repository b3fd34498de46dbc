/** Mutants of the rules of varint, COBS and SLIP. */
import { CobsConnection, SlipConnection, VarintConnection } from './binary-connections.ts'
import { defineMutants } from './mutant.ts'

export const binaryRules = defineMutants([
  {
    id: 'varint-without-end',
    fault: 'A length is read for as long as its bytes announce another.',
    killedBy: { 'varint/endless': ['not-rejected'] },
    connection: class extends VarintConnection {
      override lengthBytesMax = 1_000
    },
  },
  {
    id: 'varint-overlong',
    fault: 'A length may take more bytes than it needs.',
    killedBy: { 'varint/overlong': ['not-rejected'] },
    connection: class extends VarintConnection {
      override mayBeLonger() {
        return true
      }
    },
  },
  {
    id: 'varint-in-32-bits',
    fault: 'A length is cut to 32 bits.',
    killedBy: { 'varint/beyond-exact': ['not-rejected'] },
    connection: class extends VarintConnection {
      override sizeOf(length: bigint) {
        return Number(BigInt.asUintN(32, length))
      }
    },
  },
  {
    id: 'cobs-runs-past',
    fault: 'A block that says more than there is ends with its frame.',
    killedBy: {
      'cobs/zero-inside-block': ['not-rejected'],
      'cobs/past-the-end': ['not-rejected'],
    },
    connection: class extends CobsConnection {
      override mayRunPast() {
        return true
      }
    },
  },
  {
    id: 'cobs-zero-behind-full-block',
    fault: 'A full block stands for a zero, too.',
    killedBy: { 'cobs/block-edges': ['extra-bytes'] },
    connection: class extends CobsConnection {
      override standsForZero() {
        return true
      }
    },
  },
  {
    id: 'slip-any-escape',
    fault: 'An escape before any other byte is skipped.',
    killedBy: { 'slip/bad-escape': ['not-rejected'] },
    connection: class extends SlipConnection {
      override unescaped(byte: number) {
        return super.unescaped(byte) ?? byte
      }
    },
  },
  {
    id: 'slip-empty-messages',
    fault: 'Nothing between two marks is answered as a message.',
    killedBy: { 'slip/empty-packets': ['extra-bytes', 'malformed-reply', 'corrupted'] },
    connection: class extends SlipConnection {
      override answer(message: Uint8Array) {
        super.answer(message.length > 0 ? message : Uint8Array.of(0x2e))
      }
      override isEmptyMessage() {
        return true
      }
    },
  },
])
