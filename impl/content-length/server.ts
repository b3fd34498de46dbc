/** Header lines and an empty line, as the Language Server Protocol does. */
import { defineFramedServer } from '../framed-server.ts'

export const contentLength = defineFramedServer({
  id: 'content-length',
  summary: 'Header lines and an empty line, as the Language Server Protocol does',
  framings: ['content-length'],
})
