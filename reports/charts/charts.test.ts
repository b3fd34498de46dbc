import { expect, test } from 'bun:test'
import { build, encodeIntoCompressedBase64 } from 'hdr-histogram-js'
import { compile } from 'vega-lite'
import { awkwardCompareResult } from '../testdata/awkward-result.ts'
import { exampleCompareResult } from '../testdata/example-result.ts'
import { expectGolden } from '../testdata/golden.ts'
import { type Chart, chartDataOfBench, chartDataOfCompare } from './chart.ts'
import { costChart } from './cost.ts'
import { latencyChart } from './latency.ts'
import { overheadChart } from './overhead.ts'
import { CHARTS } from './registry.ts'
import { renderChart, renderCharts, renderCompareCharts } from './svg.ts'
import { textWidthPx } from './text-width.ts'
import { type Theme, themeOf } from './theme.ts'
import { throughputChart } from './throughput.ts'

const data = chartDataOfCompare(exampleCompareResult())

/** Relative luminance and contrast as WCAG 2 defines them. */
const luminance = (hex: string): number => {
  const [red, green, blue] = [1, 3, 5].map((start) => {
    const share = Number.parseInt(hex.slice(start, start + 2), 16) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!
}

const contrast = (one: string, other: string): number => {
  const [light, dark] = [luminance(one), luminance(other)].sort((left, right) => right - left)
  return (light! + 0.05) / (dark! + 0.05)
}

test.each(CHARTS.map((chart): [string, Chart] => [chart.name, chart]))(
  '%s looks as it always has',
  async (name, chart) => {
    expectGolden(`${name}-light.golden.svg`, await renderChart(chart, data, 'light'))
  },
)

test('the dark charts differ from the light ones in nothing but colours', async () => {
  const colourless = (svg: string) => svg.replace(/#[0-9a-f]{6}/g, '#')
  for (const chart of CHARTS) {
    const [light, dark] = [
      await renderChart(chart, data, 'light'),
      await renderChart(chart, data, 'dark'),
    ]
    expect(dark).not.toBe(light)
    expect(colourless(dark)).toBe(colourless(light))
  }
})

test('Vega has nothing to complain about', () => {
  const complaints: unknown[] = []
  const complain = (words: unknown[]) => {
    complaints.push(words)
    return logger
  }
  const logger = {
    level: () => logger,
    error: (...words: unknown[]) => complain(words),
    warn: (...words: unknown[]) => complain(words),
    info: () => logger,
    debug: () => logger,
  }
  for (const result of [exampleCompareResult(), awkwardCompareResult()]) {
    for (const chart of CHARTS) {
      const spec = chart.spec(chartDataOfCompare(result), themeOf('light'))
      compile(spec, { logger: logger as never })
    }
  }
  expect(complaints).toEqual([])
})

test('a struck cell is a labelled gap, and rows keep their order in every panel', async () => {
  const svg = await renderChart(throughputChart, data, 'light')
  expect(svg.split('>✗ merged<').length - 1).toBe(2)
  expect(svg.split('>✗ lost-bytes<').length - 1).toBe(2)
  const positions = data.subjects.map(({ label }) => svg.indexOf(`>${label}`))
  expect(positions).toEqual(positions.toSorted((left, right) => left - right))
})

test('a subject has the same colour in every chart', async () => {
  const colour = themeOf('light').series[2]!
  for (const chart of [throughputChart, latencyChart, costChart, overheadChart]) {
    expect(await renderChart(chart, data, 'light')).toContain(colour)
  }
})

test('text has a contrast of 4.5 and lines of 3 on the page of each theme', () => {
  const pages: [Theme, string][] = [
    [themeOf('light'), '#ffffff'],
    [themeOf('dark'), '#0d1117'],
    [themeOf('dark'), '#212830'],
  ]
  for (const [theme, page] of pages) {
    for (const colour of [theme.text, theme.muted, theme.danger]) {
      expect([theme.name, colour, contrast(colour, page) >= 4.5]).toEqual([
        theme.name,
        colour,
        true,
      ])
    }
    for (const colour of theme.series) {
      expect([theme.name, colour, contrast(colour, page) >= 3]).toEqual([theme.name, colour, true])
    }
  }
})

test('the alternative text carries the figures, and what has none', () => {
  expect(throughputChart.alt(data)).toContain('length-prefixed 1.91 M')
  expect(throughputChart.alt(data)).toContain('naive-recv none (merged)')
  expect(latencyChart.alt(data)).toContain('length-prefixed 53.4 µs')
  expect(overheadChart.alt(data)).toContain('json-header 65 B (50 %)')
})

test('without figures there is no chart, and with few there still is one', async () => {
  const result = exampleCompareResult()
  result.bench.cells = []
  const names = (await renderCompareCharts(result)).map(({ name }) => name)
  expect(names).toEqual(['overhead', 'overhead'])
  expect(await renderCharts({ subjects: [] })).toEqual([])
  const [cell] = exampleCompareResult().bench.cells
  const single = { ...exampleCompareResult().bench, cells: [{ ...cell!, histogram: null }] }
  expect(await renderCharts(chartDataOfBench(single))).toHaveLength(8)
})

test('odd results still draw', async () => {
  const charts = await renderCompareCharts(awkwardCompareResult())
  expect(charts).toHaveLength(2 * CHARTS.length)
  for (const { svg } of charts) expect(svg).not.toMatch(/NaN|Infinity|undefined/)
})

test('widths are near those of Helvetica', () => {
  expect(textWidthPx('iiii', 10)).toBeLessThan(textWidthPx('0000', 10))
  expect(textWidthPx('length-prefixed-send', 12)).toBeWithin(110, 135)
})

test('no percentile is written where the maximum is', async () => {
  const result = exampleCompareResult().bench
  const axisOf = async (roundTrips: number) => {
    const histogram = build({ numberOfSignificantValueDigits: 3 })
    histogram.recordValueWithCount(50_000, roundTrips)
    const encoded = encodeIntoCompressedBase64(histogram)
    const cells = result.cells.map((cell) => ({ ...cell, histogram: cell.histogram && encoded }))
    return renderChart(latencyChart, chartDataOfBench({ ...result, cells }), 'light')
  }
  // Curves end at one in 5,000, and the maximum is drawn at one in 15,800.
  const few = await axisOf(50_000)
  expect(few).toContain('>99.9 %<')
  expect(few).toContain('>max<')
  expect(few).not.toContain('>99.99 %<')
  expect(await axisOf(250_000)).toContain('>99.99 %<')
})
