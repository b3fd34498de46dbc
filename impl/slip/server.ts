/** Messages between two marks, the mark escaped inside (RFC 1055). */
import { defineFramedServer } from '../framed-server.ts'

export const slip = defineFramedServer({
  id: 'slip',
  summary: 'Messages between two marks, the mark escaped inside (RFC 1055)',
  framings: ['slip'],
})
