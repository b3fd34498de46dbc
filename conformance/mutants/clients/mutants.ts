/** The one list of client mutants, and of the right clients that they are made from. */

import type { ConnectionClass } from '../mutant.ts'
import { RIGHT } from '../mutants.ts'
import { type ClientClass, clientOf } from './client.ts'
import { costs } from './costs.ts'
import { faults } from './faults.ts'
import type { ClientMutant } from './mutant.ts'
import { readers } from './readers.ts'
import { senders } from './senders.ts'

/** Without frames a client cannot be right about them; with datagrams there is no stream. */
const FRAMELESS = ['raw', 'datagram']

export const RIGHT_CLIENTS: Readonly<Record<string, ClientClass>> = Object.fromEntries(
  Object.entries(RIGHT)
    .filter(([id, { framing }]) => id === `right-${framing}` && !FRAMELESS.includes(framing))
    .map(([id, server]) => [id, clientOf(server as ConnectionClass)]),
)

export const CLIENT_MUTANTS: readonly ClientMutant[] = [...readers, ...senders, ...faults, ...costs]
