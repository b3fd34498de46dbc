/** The one list of client cases. A new file of them is a line here. */
import { boundary } from './cases/boundary.case.ts'
import { endings } from './cases/endings.case.ts'
import { hostile } from './cases/hostile.case.ts'
import { integrity } from './cases/integrity.case.ts'
import { ownRules } from './cases/own-rules.case.ts'
import { ofRequests } from './cases/requests.case.ts'
import { ofResources } from './cases/resources.case.ts'
import { sizes } from './cases/sizes.case.ts'
import type { ClientCase } from './client-case.ts'

export const CLIENT_CASES: readonly ClientCase[] = [
  ...boundary,
  ...sizes,
  ...integrity,
  ...ofRequests,
  ...endings,
  ...hostile,
  ...ofResources,
  ...ownRules,
]
