/**
 * Colours of the charts on GitHub's light and dark pages.
 *
 * Pictures are transparent, so that they sit on every variant of the two. Series colours follow
 * Okabe and Ito (https://jfly.uni-koeln.de/color/), who chose them to be told apart with any kind
 * of colour vision; here they are darkened or lightened to a contrast of at least 3:1 on each page.
 */

export type ThemeName = 'light' | 'dark'

export const THEME_NAMES: readonly ThemeName[] = ['light', 'dark']

export interface Theme {
  readonly name: ThemeName
  readonly text: string
  readonly muted: string
  readonly grid: string
  /** For what has no number because it was wrong. Always beside a word. */
  readonly danger: string
  readonly series: readonly string[]
}

const LIGHT: Theme = {
  name: 'light',
  text: '#1f2328',
  muted: '#59636e',
  grid: '#d1d9e0',
  danger: '#cf222e',
  series: ['#0072b2', '#c44e00', '#00855f', '#b0568b', '#8a6a00', '#2a8fc9', '#6f4ab8', '#59636e'],
}

const DARK: Theme = {
  name: 'dark',
  text: '#f0f6fc',
  muted: '#9198a1',
  grid: '#3d444d',
  danger: '#ff7b72',
  series: ['#4aa8e0', '#f08a3c', '#2fc394', '#e08fbd', '#d9c04a', '#8ccdf5', '#b394f0', '#9198a1'],
}

const THEMES: Readonly<Record<ThemeName, Theme>> = { light: LIGHT, dark: DARK }

export const themeOf = (name: ThemeName): Theme => THEMES[name]

/** A subject's colour goes by its place in the report, so it is the same in every chart. */
export const seriesColour = (theme: Theme, index: number): string =>
  theme.series[index % theme.series.length]!
