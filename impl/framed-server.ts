/** A right server in a framing: the event-loop server, every byte written. */
import { defineImplementation, type Implementation } from './contract.ts'
import { startEventLoopServer } from './event-loop-server.ts'

/** Whatever of an implementation is not the same for all of them. */
type Framed = Pick<Implementation, 'id' | 'summary' | 'framings'>

export const defineFramedServer = (framed: Framed): Implementation =>
  defineImplementation({
    ...framed,
    discipline: 'sendall',
    ledger: null,
    start: (options) => startEventLoopServer({ ...options, discipline: 'sendall' }),
  })

/** The same server with short writes ignored. Wrong by design; the ledger says how it shows. */
export const defineTornServer = (framed: Framed & { ledger: URL }): Implementation =>
  defineImplementation({
    ...framed,
    discipline: 'send',
    start: (options) => startEventLoopServer({ ...options, discipline: 'send' }),
  })
