/**
 * The client of one-client, started more than once: the second gets its first reply when the first
 * has left.
 *
 * RUN  bun impl/tutorial/client-after-client/client.ts tcp://127.0.0.1:PORT
 */
import '../one-client/client.ts'
