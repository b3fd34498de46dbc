/** The one list of mutants. A new one is an entry in one of these files. */
import { CobsConnection, SlipConnection, VarintConnection } from './binary-connections.ts'
import { binaryRules } from './binary-rules.ts'
import { boundaries } from './boundaries.ts'
import { Connection } from './connection.ts'
import { contents } from './contents.ts'
import { datagramRules } from './datagram-rules.ts'
import { datagramStates } from './datagram-states.ts'
import { datagramTimes, TimeServer } from './datagram-times.ts'
import { datagramWeather } from './datagram-weather.ts'
import { DatagramServer } from './datagrams.ts'
import { endings } from './endings.ts'
import { FileConnection } from './file-connection.ts'
import { fileServers } from './file-servers.ts'
import { JsonConnection } from './json-connection.ts'
import { jsonHeaders } from './json-headers.ts'
import { keeping } from './keeping.ts'
import { lengths } from './lengths.ts'
import { lessonServers, lessons } from './lessons.ts'
import { limits } from './limits.ts'
import { moreBinaryRules } from './more-binary-rules.ts'
import { moreBoundaries } from './more-boundaries.ts'
import { moreEndings } from './more-endings.ts'
import { moreJsonHeaders } from './more-json-headers.ts'
import { moreLimits } from './more-limits.ts'
import { moreSending } from './more-sending.ts'
import { moreTextRules } from './more-text-rules.ts'
import type { ConnectionClass, DatagramServerClass, Mutant } from './mutant.ts'
import {
  CountedConnection,
  FieldConnection,
  FixedConnection,
  RawConnection,
  ShortConnection,
} from './plain-connections.ts'
import { plainRules } from './plain-rules.ts'
import { rewriting } from './rewriting.ts'
import { sending } from './sending.ts'
import { series } from './series.ts'
import {
  ContentLengthConnection,
  DelimiterConnection,
  LineConnection,
  NetstringConnection,
} from './text-connections.ts'
import { textRules } from './text-rules.ts'

/** What it does with messages. */
export const serviceOf = (server: ConnectionClass | DatagramServerClass): string =>
  ('service' in server && server.service) || 'echo'

/** The servers that mutants are made from: right in every respect. */
export const RIGHT: Readonly<Record<string, ConnectionClass | DatagramServerClass>> =
  Object.fromEntries(
    [
      Connection,
      JsonConnection,
      VarintConnection,
      CobsConnection,
      SlipConnection,
      NetstringConnection,
      ContentLengthConnection,
      DelimiterConnection,
      LineConnection,
      CountedConnection,
      ShortConnection,
      FieldConnection,
      FixedConnection,
      RawConnection,
      DatagramServer,
      FileConnection,
      TimeServer,
      ...lessonServers,
    ].map((server) => [
      `right-${serviceOf(server) === 'echo' ? server.framing : serviceOf(server)}`,
      server,
    ]),
  )

export const MUTANTS: readonly Mutant[] = [
  ...boundaries,
  ...keeping,
  ...moreBinaryRules,
  ...moreBoundaries,
  ...moreEndings,
  ...moreJsonHeaders,
  ...moreLimits,
  ...moreSending,
  ...moreTextRules,
  ...plainRules,
  ...rewriting,
  ...series,
  ...lengths,
  ...contents,
  ...sending,
  ...endings,
  ...limits,
  ...jsonHeaders,
  ...binaryRules,
  ...textRules,
  ...datagramRules,
  ...datagramWeather,
  ...datagramStates,
  ...fileServers,
  ...datagramTimes,
  ...lessons,
]
