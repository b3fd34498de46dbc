/** A message and a line feed: readable, but no message may contain one. */
import { defineFramedServer } from '../framed-server.ts'

export const line = defineFramedServer({
  id: 'line',
  summary: 'A message and a line feed: readable, but no message may contain one',
  framings: ['line'],
})
