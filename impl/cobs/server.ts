/** Zeros stuffed away, so that a zero ends the message. */
import { defineFramedServer } from '../framed-server.ts'

export const cobs = defineFramedServer({
  id: 'cobs',
  summary: 'Zeros stuffed away, so that a zero ends the message',
  framings: ['cobs'],
})
