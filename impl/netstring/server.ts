/** Decimal length, colon, message, comma: readable, and checked at both ends. */
import { defineFramedServer } from '../framed-server.ts'

export const netstring = defineFramedServer({
  id: 'netstring',
  summary: 'Decimal length, colon, message, comma: readable, and checked at both ends',
  framings: ['netstring'],
})
