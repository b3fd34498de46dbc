/** A length of 1 to 10 bytes (LEB128), then the message. */
import { defineFramedServer } from '../framed-server.ts'

export const varint = defineFramedServer({
  id: 'varint',
  summary: 'A length of 1 to 10 bytes (LEB128), then the message',
  framings: ['varint'],
})
