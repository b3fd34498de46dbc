/** A length anywhere in a header of fixed size, as other protocols have it. */
import { defineFramedServer } from '../framed-server.ts'

export const lengthField = defineFramedServer({
  id: 'length-field',
  summary: 'A length anywhere in a header of fixed size, as other protocols have it',
  framings: ['length-field?offset=2&width=4&strip=6'],
})
