/** The one list of cases for servers. A new file of cases is a line here. */
import type { Case, CaseWords } from './case.ts'
import { boundary } from './cases/boundary.case.ts'
import { boundaryCuts } from './cases/boundary-cuts.case.ts'
import { boundaryEmpties } from './cases/boundary-empties.case.ts'
import { boundaryLengths } from './cases/boundary-lengths.case.ts'
import { files } from './cases/files.case.ts'
import { filesRefused } from './cases/files-refused.case.ts'
import { generatedCases } from './cases/generated.case.ts'
import { hostile } from './cases/hostile.case.ts'
import { hostileEndings } from './cases/hostile-endings.case.ts'
import { hostileLengths } from './cases/hostile-lengths.case.ts'
import { integrity } from './cases/integrity.case.ts'
import { integrityContents } from './cases/integrity-contents.case.ts'
import { integritySeries } from './cases/integrity-series.case.ts'
import { jsonHeader } from './cases/json-header.case.ts'
import { jsonSpelling } from './cases/json-spelling.case.ts'
import { lessonFiles } from './cases/lesson-files.case.ts'
import { lessons } from './cases/lessons.case.ts'
import { lifecycle } from './cases/lifecycle.case.ts'
import { lifecycleMany } from './cases/lifecycle-many.case.ts'
import { lifecycleServer } from './cases/lifecycle-server.case.ts'
import { ownLengths } from './cases/own-lengths.case.ts'
import { ownRules } from './cases/own-rules.case.ts'
import { ownTexts } from './cases/own-texts.case.ts'
import { resources } from './cases/resources.case.ts'
import { resourcesMemory } from './cases/resources-memory.case.ts'
import { sending } from './cases/sending.case.ts'
import { sendingMany } from './cases/sending-many.case.ts'
import { sendingTime } from './cases/sending-time.case.ts'
import { udp } from './cases/udp.case.ts'
import { udpServer } from './cases/udp-server.case.ts'
import { udpTime } from './cases/udp-time.case.ts'
import { udpWeather } from './cases/udp-weather.case.ts'
import { CLIENT_CASES } from './clients/registry.ts'

/** Cheap and telling ones first: `--bail` stops early at a server that is wrong. */
export const CASES: readonly Case[] = [
  ...boundary,
  ...boundaryEmpties,
  ...hostileLengths,
  ...boundaryCuts,
  ...boundaryLengths,
  ...integrity,
  ...integrityContents,
  ...jsonHeader,
  ...jsonSpelling,
  ...ownRules,
  ...ownLengths,
  ...ownTexts,
  ...hostile,
  ...hostileEndings,
  ...lifecycle,
  ...lifecycleMany,
  ...integritySeries,
  ...generatedCases,
  ...resources,
  ...resourcesMemory,
  ...sending,
  ...sendingMany,
  ...sendingTime,
  ...lifecycleServer,
  ...udp,
  ...udpWeather,
  ...udpServer,
  ...files,
  ...filesRefused,
  ...udpTime,
  ...lessons,
  ...lessonFiles,
]

/** Those for clients as well, for who looks one up by its id. */
export const ALL_CASES: readonly CaseWords[] = [...CASES, ...CLIENT_CASES]
