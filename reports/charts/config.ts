/** What all charts have in common: type, colours of text and lines, no frames. */
import type { Config } from 'vega-lite'
import type { Theme } from './theme.ts'

const FONT = '-apple-system, Segoe UI, Noto Sans, Helvetica, Arial, sans-serif'

export const FONT_SIZE_PX = 12

export const configFor = (theme: Theme): Config => ({
  // Inside an <img> nobody sees the roles of marks: the alternative text is beside the picture.
  aria: false,
  background: 'transparent',
  font: FONT,
  padding: 4,
  view: { stroke: null },
  axis: {
    labelColor: theme.text,
    labelFontSize: FONT_SIZE_PX,
    titleColor: theme.muted,
    titleFontSize: FONT_SIZE_PX,
    titleFontWeight: 'normal',
    domainColor: theme.grid,
    gridColor: theme.grid,
    tickColor: theme.grid,
    labelLimit: 0,
  },
  legend: {
    labelColor: theme.text,
    labelFontSize: FONT_SIZE_PX,
    labelLimit: 0,
  },
  title: {
    color: theme.text,
    fontSize: 14,
    fontWeight: 600,
    subtitleColor: theme.muted,
    subtitleFontSize: FONT_SIZE_PX,
    subtitlePadding: 4,
    anchor: 'start',
    frame: 'bounds',
    offset: 10,
  },
})
