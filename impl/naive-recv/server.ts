/**
 * The beginner's server: what one recv returns is taken for one message.
 *
 * It works as long as every message is small and the network is quiet, which is why the mistake
 * survives testing. Two messages that arrive together come out as one (merged); one that is longer
 * than the buffer, or arrives in two parts, comes out as several (split).
 */
import { defineImplementation, type SendDiscipline } from '../contract.ts'
import { startEventLoopServer } from '../event-loop-server.ts'

/** The lessons' `recv(1024)`. */
const RECV_BYTES = 1024

const naiveRecv = (id: string, discipline: SendDiscipline, summary: string, ledger: string) =>
  defineImplementation({
    id,
    summary,
    discipline,
    framings: ['raw'],
    ledger: new URL(ledger, import.meta.url),
    start: (options) => startEventLoopServer({ ...options, discipline, readBytesMax: RECV_BYTES }),
  })

export const naiveRecvSendall = naiveRecv(
  'naive-recv',
  'sendall',
  'No framing: one recv of up to 1,024 bytes is taken for one message. Wrong by design',
  './ledger.json',
)
export const naiveRecvSend = naiveRecv(
  'naive-recv-send',
  'send',
  'No framing, and short writes ignored. Wrong twice by design',
  './ledger-send.json',
)
