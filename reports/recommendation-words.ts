/** The recommendation as sentences: what to choose, why, and what the wrong ones get wrong. */
import type { CaseResult } from '../conformance/result.ts'
import { alert, code, listed, shorten, text } from './markdown.ts'
import { figure } from './metric.ts'
import type { Finding, RankedCandidate, Recommendation } from './recommendation.ts'
import { type SubjectView, wrongMustCases } from './standing.ts'
import { isWrongUnderLoad } from './struck.ts'
import { symptomWords } from './symptom-words.ts'
import { overhead, percent, plural } from './units.ts'
import { parametersInWords } from './workload.ts'

const DETAIL_CHARACTERS_MAX = 280
const SYMPTOMS_TOLD_MAX = 2
const RIVALS_TOLD_MAX = 3

const named = (views: readonly SubjectView[], last = 'and'): string =>
  listed(
    views.map(({ label }) => code(label)),
    last,
  )

const rightWords = ({ must }: SubjectView): string => {
  if (must.open === 0) return `right in all ${plural(must.total, 'MUST case')}`
  const open = `${must.open} more could not be settled`
  return `right in ${must.passed} of ${plural(must.total, 'MUST case')} (${open})`
}

const speedWords = (chosen: SubjectView, findings: readonly Finding[]): string => {
  const judged = findings.filter(({ leaders }) => leaders.length > 0)
  if (findings.length === 0) return 'Nothing was measured, so nothing is said about speed.'
  if (judged.length === 0) return 'This run could not tell which right one is fastest.'
  const led = judged.filter(({ leaders }) => leaders.includes(chosen))
  const rivals = Math.max(...findings.map(({ ranked }) => ranked.length))
  if (rivals < 2) return 'It is the only right one with figures, so there is nothing to compare.'
  if (led.length === 0) return 'Another right one was faster wherever this run could tell.'
  const alone = led.every(({ leaders }) => leaders.length === 1)
  const place = alone ? 'the fastest right one' : 'unbeaten among the right ones'
  const where =
    led.length === findings.length
      ? findings.length === 1
        ? 'in the one scenario'
        : `in all ${findings.length} scenarios`
      : `in ${led.length} of ${findings.length} scenarios`
  return `It was ${place} ${where}.`
}

/** A right one may be wrong in a framing that is not compared. */
const elsewhereWords = ({ furtherRuns }: SubjectView): string => {
  const wrong = furtherRuns.filter(({ cases }) => wrongMustCases(cases).length > 0)
  if (wrong.length === 0) return ''
  const framings = [...new Set(wrong.map(({ subject }) => code(subject.framing)))]
  return `With ${listed(framings, 'or')} it is wrong: see “Every framing, checked”.`
}

/** Those that did as well and only add more bytes. */
const equalsWords = (equals: readonly SubjectView[]): string => {
  if (equals.length === 0) return ''
  const names = someOf(equals, ({ label, subject }) => {
    return `${code(label)} (adds ${overhead(subject.overheadBytes64)})`
  })
  return `As good in this run: ${names}.`
}

/** The advice in one paragraph of Markdown. */
export const headline = ({ chosen, equals, findings }: Recommendation): string => {
  const [first] = chosen
  if (first === undefined) {
    return '**Choose none of these.** No subject answered every MUST case correctly.'
  }
  const { name, framing, overheadBytes64 } = first.subject
  if (chosen.length > 1) {
    const names = named(chosen, 'or')
    return `**Use ${names}.** Each is right, and this run could not see which is better.`
  }
  const costs = `It adds ${overhead(overheadBytes64)} to a message of 64 B.`
  const speed = speedWords(first, findings)
  const what = first.label === name ? ` (framing ${code(framing)})` : ''
  const reasons = [
    `${rightWords(first)}.`,
    speed,
    costs,
    equalsWords(equals),
    elsewhereWords(first),
  ]
  return `**Use ${code(first.label)}**${what}: ${reasons.filter(Boolean).join(' ')}`
}

const figureWords = ({ metric }: Finding, { cell }: RankedCandidate): string =>
  `${figure(metric, cell)} ${metric.noun}`.trim()

const behindWords = ({ metric, ranked }: Finding, other: RankedCandidate): string => {
  const change = metric.value(other.cell)! / metric.value(ranked[0]!.cell)! - 1
  return `${code(other.view.label)} ${figure(metric, other.cell)} (${signedPercent(change)})`
}

const signedPercent = (change: number): string =>
  `${change < 0 ? '−' : '+'}${percent(Math.abs(change))}`

const whyUndecided = (finding: Finding): string => {
  const bound = finding.ranked.some(({ difference }) => difference === 'generator-bound')
  if (bound) return 'no verdict: the load generator was the limit, not the servers'
  return 'no verdict: too few launches to know how much they differ by chance'
}

/** The first few by name, the others by number. */
const someOf = <Item>(items: readonly Item[], write: (item: Item, index: number) => string) => {
  // Naming one more takes no more room than counting it.
  const shown = items.length <= RIVALS_TOLD_MAX + 1 ? items.length : RIVALS_TOLD_MAX
  const told = items.slice(0, shown).map(write)
  return listed(shown === items.length ? told : [...told, `${items.length - shown} more`])
}

const findingWords = (finding: Finding): string => {
  const { workload, ranked, leaders } = finding
  const scenario = `**${text(workload.scenario)}** (${parametersInWords(workload)})`
  const written = (one: RankedCandidate, index: number): string =>
    index === 0 ? figureWords(finding, one) : figure(finding.metric, one.cell)!
  const withFigure = (one: RankedCandidate, index: number): string =>
    `${code(one.view.label)} (${written(one, index)})`
  if (ranked.length === 1) {
    return `${scenario}: ${withFigure(ranked[0]!, 0)}; no other right one was measured.`
  }
  if (leaders.length === 0) {
    return `${scenario}: ${someOf(ranked, withFigure)}; ${whyUndecided(finding)}.`
  }
  const tied = ranked.filter(({ view }) => leaders.includes(view))
  const behind = ranked.filter(({ view }) => !leaders.includes(view))
  const rest = behind.length === 0 ? '' : `; ${someOf(behind, (one) => behindWords(finding, one))}`
  if (tied.length === 1) {
    return `${scenario}: ${code(tied[0]!.view.label)} is fastest, ${written(tied[0]!, 0)}${rest}.`
  }
  const names = someOf(tied, withFigure)
  return `${scenario}: no difference that this run could see between ${names}${rest}.`
}

/** `two messages came back as one (merged, 5 cases)`, the most frequent first. */
const symptomCounts = (cases: readonly CaseResult[]): string => {
  const groups = [...Map.groupBy(cases, ({ symptom, outcome }) => symptom ?? outcome)]
  groups.sort(([, left], [, right]) => right.length - left.length)
  const told = groups.slice(0, SYMPTOMS_TOLD_MAX).map(([symptom, { length }]) => {
    const words = text(symptomWords(symptom))
    return `${words} (${code(symptom)}, ${plural(length, 'case')})`
  })
  const left = groups.length - told.length
  return listed(left === 0 ? told : [...told, plural(left, 'more fault')])
}

const wrongWords = ({ label, subject, must, wrongCases, cells }: SubjectView): string => {
  const summary = text(subject.summary).replace(/\.$/, '')
  const parts = [`**${code(label)}**: ${summary}.`]
  if (wrongCases.length > 0) {
    parts.push(
      `Wrong in ${wrongCases.length} of ${plural(must.total, 'MUST case')}: ` +
        `${symptomCounts(wrongCases)}.`,
    )
    const example = wrongCases.find(({ detail }) => detail !== '')
    if (example !== undefined) {
      const told = text(shorten(example.detail, DETAIL_CHARACTERS_MAX))
      parts.push(`For example ${code(example.id)}: ${told}`)
    }
  }
  const struck = cells.filter(isWrongUnderLoad)
  if (struck.length > 0) {
    const scenarios = Map.groupBy(struck, ({ scenario }) => scenario)
    const names = [...scenarios].map(
      ([scenario, group]) => `${text(scenario)} (${text(group[0]!.struck?.symptom ?? 'wrong')})`,
    )
    parts.push(`No figures for ${listed(names)}.`)
  }
  return parts.join(' ')
}

const bullets = (items: readonly string[]): string => items.map((item) => `- ${item}`).join('\n')

/** The box at the top of the report. */
export const recommendationBox = (recommendation: Recommendation): string => {
  const { chosen, findings } = recommendation
  const kind = chosen.length === 0 ? 'WARNING' : 'TIP'
  const lines = [headline(recommendation)]
  if (chosen.length > 0 && findings.length > 0) lines.push(bullets(findings.map(findingWords)))
  return alert(kind, lines.join('\n\n'))
}

/** Right ones that are not for every message. Null where there are none. */
export const restrictedOnes = ({ restricted }: Recommendation): string | null => {
  if (restricted.length === 0) return null
  const items = restricted.map(
    ({ label, subject }) => `**${code(label)}** cannot carry ${text(subject.cannotCarry)}.`,
  )
  return `**Right too, where messages are never what they cannot carry**\n\n${bullets(items)}`
}

/** What is wrong with those that are not recommended, in plain words. Null where nothing is. */
export const wrongOnes = (views: readonly SubjectView[]): string | null => {
  const wrong = views.filter(({ standing }) => standing === 'wrong')
  const unproven = views.filter(({ standing }) => standing === 'unproven')
  const items = [
    ...wrong.map(wrongWords),
    ...unproven.map(({ label }) => `**${code(label)}**: nothing was proven about it.`),
  ]
  if (items.length === 0) return null
  return `**What the others get wrong**\n\n${bullets(items)}`
}
