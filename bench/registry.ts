/** The one list of scenarios. A new one is a file in scenarios/ and a line here. */
import type { Scenario } from './scenario.ts'
import { bulk } from './scenarios/bulk.ts'
import { chopped } from './scenarios/chopped.ts'
import { connectionPerMessage } from './scenarios/connection-per-message.ts'
import { fileTransfer } from './scenarios/file-transfer.ts'
import { idleConnections } from './scenarios/idle-connections.ts'
import { manyConnections } from './scenarios/many-connections.ts'
import { maxRateUnderLatency } from './scenarios/max-rate-under-latency.ts'
import { nagle } from './scenarios/nagle.ts'
import { openLoop } from './scenarios/open-loop.ts'
import { pingPong } from './scenarios/ping-pong.ts'
import { pipelined } from './scenarios/pipelined.ts'
import { sink } from './scenarios/sink.ts'
import { slowReader } from './scenarios/slow-reader.ts'
import { udpRate } from './scenarios/udp-rate.ts'

export const SCENARIOS: readonly Scenario[] = [
  pingPong,
  pipelined,
  bulk,
  openLoop,
  manyConnections,
  idleConnections,
  connectionPerMessage,
  chopped,
  nagle,
  slowReader,
  maxRateUnderLatency,
  sink,
  udpRate,
  fileTransfer,
]

export const findScenario = (id: string): Scenario | undefined =>
  SCENARIOS.find((scenario) => scenario.id === id)

/** What is measured when nobody asks for anything else. */
export const STANDARD_SCENARIOS = SCENARIOS.filter(({ isStandard }) => isStandard)

/** The three closed loops that compare framings; the rest compares servers. */
export const COMPARED_SCENARIOS: readonly Scenario[] = [pingPong, pipelined, bulk]
