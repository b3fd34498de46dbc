/**
 * The server of client-after-client on a path instead of a port: nothing else changes.
 *
 * SHOWS  A Unix socket is a stream like any other, and cuts messages just as little. Its file
 *        outlives a server that was killed: the next one takes it over, unless somebody listens on
 *        it (impl/unix-path.ts), and removes it when it ends.
 */
export { serve } from '../client-after-client/server.ts'
