/**
 * Panels of horizontal bars side by side: one panel a workload, one bar a subject, in the same
 * order everywhere. The figure stands at the end of its bar, so there is no axis to read it from;
 * the thin line over the end is the spread between launches.
 */
import type { TopLevelSpec } from 'vega-lite'
import { CHART_WIDTH_PX } from './chart.ts'
import { configFor, FONT_SIZE_PX } from './config.ts'
import { textWidthPx } from './text-width.ts'
import type { Theme } from './theme.ts'

export interface Bar {
  readonly label: string
  readonly colour: string
  /** Null: there is no number, and `text` says why. */
  readonly value: number | null
  /** No number because the server was wrong, not because nobody looked. */
  readonly isStruck: boolean
  readonly low: number | null
  readonly high: number | null
  readonly text: string
  /** Drawn pale: a figure of a server that is wrong elsewhere. */
  readonly isPale: boolean
  /** The share of the bar, from its left end, that is drawn full; the rest is lighter. */
  readonly fullShare?: number
}

export interface Panel {
  readonly title: string
  readonly subtitle: readonly string[]
  readonly bars: readonly Bar[]
  /** The value at the panel's right end; the panel's own highest where absent. */
  readonly valueMax?: number
}

const COLUMNS_MAX = 3
const GAP_PX = 28
/** Room for the title of the next row: Vega counts from the bars. */
const ROW_GAP_PX = 92
const STEP_PX = 26
const BAR_PX = 15

/** Room for the figure behind the longest bar. */
const figureShare = (panel: Panel, widthPx: number): number => {
  const widest = Math.max(0, ...panel.bars.map(({ text }) => textWidthPx(text, FONT_SIZE_PX)))
  return Math.min(0.6, (widest + 10) / widthPx)
}

const domainMax = (panel: Panel, widthPx: number): number => {
  const highest = Math.max(
    panel.valueMax ?? 0,
    ...panel.bars.map(({ value, high }) => Math.max(value ?? 0, high ?? 0)),
  )
  return highest === 0 ? 1 : highest / (1 - figureShare(panel, widthPx))
}

const rowOf = (bar: Bar) => ({
  ...bar,
  inner: bar.value === null || bar.fullShare === undefined ? null : bar.value * bar.fullShare,
  end: bar.high ?? bar.value ?? 0,
  tip: `${bar.label}: ${bar.text}`,
})

/** Pale of somebody who is wrong, lighter where a part is drawn full over it. */
const OPACITY = {
  condition: [
    { test: 'datum.isPale && datum.inner !== null', value: 0.2 },
    { test: 'datum.isPale', value: 0.4 },
    { test: 'datum.inner !== null', value: 0.5 },
  ],
  value: 1,
}

/** Over the lighter bars: what of them is drawn full. */
const innerBars = (x: object) => ({
  transform: [{ filter: 'datum.inner !== null' }],
  mark: { type: 'bar', height: BAR_PX, aria: false } as const,
  encoding: {
    x: { ...x, field: 'inner' },
    color: { field: 'colour', type: 'nominal', scale: null },
    opacity: { condition: { test: 'datum.isPale', value: 0.4 }, value: 1 },
  },
})

const panelSpec = (panel: Panel, theme: Theme, widthPx: number, labelsPx: number | null) => {
  const axis =
    labelsPx === null
      ? null
      : {
          title: null,
          ticks: false,
          domain: false,
          labelPadding: 6,
          minExtent: labelsPx,
          maxExtent: labelsPx,
        }
  // Rows without a number are left out of what Vega sees first: the order has to be said.
  const labels = panel.bars.map(({ label }) => label)
  const y = { field: 'label', type: 'nominal', sort: labels, scale: { domain: labels }, axis }
  const x = {
    type: 'quantitative',
    axis: null,
    scale: { domain: [0, domainMax(panel, widthPx)], nice: false },
  } as const
  const hasSpread = { filter: 'datum.low !== null' }
  return {
    title: { text: panel.title, subtitle: [...panel.subtitle] },
    width: widthPx,
    height: { step: STEP_PX },
    data: {
      values: panel.bars.map(rowOf),
    },
    encoding: { y },
    layer: [
      {
        mark: { type: 'bar', height: BAR_PX, cornerRadiusEnd: 2 },
        encoding: {
          x: { ...x, field: 'value' },
          color: { field: 'colour', type: 'nominal', scale: null },
          opacity: OPACITY,
          description: { field: 'tip' },
        },
      },
      ...(panel.bars.some(({ fullShare }) => fullShare !== undefined) ? [innerBars(x)] : []),
      {
        transform: [hasSpread],
        mark: { type: 'rule', aria: false, color: theme.text, strokeWidth: 1.5 },
        encoding: { x: { ...x, field: 'low' }, x2: { field: 'high' } },
      },
      ...['low', 'high'].map((field) => ({
        transform: [hasSpread],
        mark: { type: 'tick', aria: false, color: theme.text, thickness: 1.5, height: 7 } as const,
        encoding: { x: { ...x, field } },
      })),
      {
        mark: { type: 'text', aria: false, align: 'left', dx: 6, fontSize: 12 },
        encoding: {
          x: { ...x, field: 'end' },
          text: { field: 'text', type: 'nominal' },
          color: {
            condition: [
              { test: 'datum.isStruck', value: theme.danger },
              { test: 'datum.value === null', value: theme.muted },
            ],
            value: theme.text,
          },
        },
      },
    ],
  } as const
}

/** All panels, three in a row; the labels stand in front of the first of each row. */
export const barsSpec = (panels: readonly Panel[], theme: Theme): TopLevelSpec => {
  const columns = Math.min(COLUMNS_MAX, panels.length)
  const labels = panels.flatMap(({ bars }) => bars.map(({ label }) => label))
  const labelsPx = Math.max(...labels.map((label) => textWidthPx(label, FONT_SIZE_PX))) + 10
  const widthPx = Math.floor((CHART_WIDTH_PX - labelsPx - 8 - GAP_PX * (columns - 1)) / columns)
  const concat = panels.map((panel, index) =>
    panelSpec(panel, theme, widthPx, index % columns === 0 ? labelsPx : null),
  )
  return {
    config: configFor(theme),
    columns,
    spacing: { column: GAP_PX, row: ROW_GAP_PX },
    bounds: 'flush',
    concat,
  } as unknown as TopLevelSpec
}
