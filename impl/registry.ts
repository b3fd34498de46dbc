/** The one list of implementations. A new one is a folder and a line here. */

import { cobs } from './cobs/server.ts'
import { contentLength } from './content-length/server.ts'
import type { Implementation } from './contract.ts'
import { delimiter } from './delimiter/server.ts'
import { fileServer } from './file-server/server.ts'
import { fixed } from './fixed/server.ts'
import { jsonHeader, jsonHeaderSend } from './json-header/server.ts'
import { lengthField } from './length-field/server.ts'
import { lengthPrefixed, lengthPrefixedSend } from './length-prefixed/server.ts'
import { line } from './line/server.ts'
import { naiveRecvSend, naiveRecvSendall } from './naive-recv/server.ts'
import { netstring } from './netstring/server.ts'
import { slip } from './slip/server.ts'
import { LESSONS } from './tutorial/registry.ts'
import { udpEcho } from './udp-echo/server.ts'
import { varint } from './varint/server.ts'

export const IMPLEMENTATIONS: readonly Implementation[] = [
  naiveRecvSendall,
  naiveRecvSend,
  lengthPrefixed,
  lengthPrefixedSend,
  jsonHeader,
  jsonHeaderSend,
  varint,
  netstring,
  contentLength,
  line,
  delimiter,
  fixed,
  lengthField,
  cobs,
  slip,
  udpEcho,
  fileServer,
  ...LESSONS,
]

export const findImplementation = (id: string): Implementation | undefined =>
  IMPLEMENTATIONS.find((implementation) => implementation.id === id)
