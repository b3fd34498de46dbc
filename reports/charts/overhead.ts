/** What framing adds on the wire: its share of all bytes, for a few sizes of message. */
import { overhead, percent, size } from '../units.ts'
import { type Bar, barsSpec, type Panel } from './bars.ts'
import type { Chart, ChartData, ChartSubject } from './chart.ts'
import { seriesColour, type Theme } from './theme.ts'

const SIZES_MAX = 3

/** Between the smallest and the largest that every subject knows: where the two meet. */
const MIDDLE_BYTES = 8192

const bytesAt = (subject: ChartSubject, messageBytes: number): number | null =>
  subject.overheads.find((one) => one.messageBytes === messageBytes)?.bytes ?? null

/** One subject for each framing, the first that speaks it. */
const framingsOf = (data: ChartData): { subject: ChartSubject; index: number }[] =>
  data.subjects
    .map((subject, index) => ({ subject, index }))
    .filter(
      ({ subject, index }) =>
        data.subjects.findIndex(({ framing }) => framing === subject.framing) === index,
    )

/** 64 B and 1 MiB where known, and one between; sizes that every framing has a figure for. */
const sizesOf = (data: ChartData): number[] => {
  const framings = framingsOf(data)
  const all = new Set(
    framings.flatMap(({ subject }) => subject.overheads.map(({ messageBytes }) => messageBytes)),
  )
  const known = [...all]
    .filter(
      (bytes) => bytes > 0 && framings.every(({ subject }) => bytesAt(subject, bytes) !== null),
    )
    .sort((left, right) => left - right)
  const distance = (bytes: number) => Math.abs(Math.log2(bytes / MIDDLE_BYTES))
  const preferred = [64, 1024 ** 2].filter((bytes) => known.includes(bytes))
  const further = known
    .filter((bytes) => !preferred.includes(bytes))
    .sort((left, right) => distance(left) - distance(right))
  return [...preferred, ...further].slice(0, SIZES_MAX).sort((left, right) => left - right)
}

const shareOf = (bytes: number, messageBytes: number): number => bytes / (bytes + messageBytes)

const barOf = (
  { subject, index }: { subject: ChartSubject; index: number },
  messageBytes: number,
  theme: Theme,
): Bar => {
  const bytes = bytesAt(subject, messageBytes)!
  const share = shareOf(bytes, messageBytes)
  return {
    label: subject.framing,
    colour: seriesColour(theme, index),
    value: share,
    isStruck: false,
    low: null,
    high: null,
    text: `${percent(share)} (${overhead(bytes)})`,
    isPale: false,
  }
}

const panelsOf = (data: ChartData, theme: Theme): Panel[] => {
  const sizes = sizesOf(data)
  const panels = sizes.map((messageBytes) => ({
    title: `${size(messageBytes)} messages`,
    subtitle: ['framing’s share of all bytes'],
    bars: framingsOf(data).map((framing) => barOf(framing, messageBytes, theme)),
  }))
  const valueMax = Math.max(...panels.flatMap(({ bars }) => bars.map(({ value }) => value!)))
  return panels.map((panel) => ({ ...panel, valueMax }))
}

export const overheadChart: Chart = {
  name: 'overhead',
  title: 'Bytes that framing adds',
  caption:
    'The share of all bytes on the wire that is framing and not message. What is half of the ' +
    'traffic for small messages is nothing for large ones.',
  isFor: (data) => sizesOf(data).length > 0,
  spec: (data, theme) => barsSpec(panelsOf(data, theme), theme),
  alt: (data) => {
    const sizes = sizesOf(data).map((messageBytes) => {
      const figures = framingsOf(data).map(({ subject }) => {
        const bytes = bytesAt(subject, messageBytes)!
        return `${subject.framing} ${overhead(bytes)} (${percent(shareOf(bytes, messageBytes))})`
      })
      return `${size(messageBytes)} messages: ${figures.join(', ')}.`
    })
    return `Bytes that framing adds. ${sizes.join(' ')}`.replaceAll('\u00a0', ' ')
  },
}
