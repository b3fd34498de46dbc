/**
 * How wide a line of text is, in pixels: Helvetica's advance widths.
 *
 * A server has no fonts to ask, and the reader's are unknown: Segoe UI is as wide as Helvetica or a
 * little narrower, DejaVu Sans, which many Linux systems show, an eighth wider and more. The
 * allowance is for the widest of them: what is wider than its room is cut off.
 */

/** Thousandths of the font size; what is not listed counts as a digit. */
const WIDTHS: readonly (readonly [number, string])[] = [
  [222, "ijl'|"],
  [278, ' !,./:;I[]\\ft\u00a0'],
  [333, '()-`r"{}'],
  [500, 'Jckvxyzs*^'],
  [584, '+<=>~–'],
  [611, 'FTZ'],
  [667, '&ABEKPSVXY'],
  [722, 'CDHNRUw'],
  [778, 'GOQ'],
  [850, '%Mm✗'],
  [1000, '@W—…'],
]

const DEFAULT_WIDTH = 556
const ALLOWANCE = 1.18

const widthOf = new Map(
  WIDTHS.flatMap(([width, characters]) => [...characters].map((one) => [one, width] as const)),
)

export const textWidthPx = (text: string, fontSizePx: number): number => {
  const thousandths = [...text].reduce((sum, one) => sum + (widthOf.get(one) ?? DEFAULT_WIDTH), 0)
  return (thousandths * fontSizePx * ALLOWANCE) / 1000
}
