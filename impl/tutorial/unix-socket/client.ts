/**
 * The client of one-client, with a path for an address.
 *
 * RUN  bun impl/tutorial/unix-socket/client.ts unix:/path
 */
import '../one-client/client.ts'
