/** A message and CR LF, or another mark that no message may contain. */
import { defineFramedServer } from '../framed-server.ts'

export const delimiter = defineFramedServer({
  id: 'delimiter',
  summary: 'A message and CR LF, or another mark that no message may contain',
  framings: ['delimiter:0d0a'],
})
