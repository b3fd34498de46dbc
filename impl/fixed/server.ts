/** Messages of one size, 64 bytes by default: nothing to add, nothing else to carry. */
import { defineFramedServer } from '../framed-server.ts'

export const fixed = defineFramedServer({
  id: 'fixed',
  summary: 'Messages of one size, 64 bytes by default: nothing to add, nothing else to carry',
  framings: ['fixed:64'],
})
