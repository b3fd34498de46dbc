/** What a misspelled word was meant to be. */
const EDITS_MAX = 2

/** The known word that is at most two edits away; null where there is none. */
export function nearest(word: string, all: readonly string[]): string | null {
  const [near] = all
    .map((known) => ({ known, edits: distance(known, word) }))
    .filter(({ known, edits }) => edits <= EDITS_MAX && edits < known.length)
    .sort((a, b) => a.edits - b.edits)
  return near?.known ?? null
}

/** Edits (insert, delete, replace) between two short words. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1))
    }
    row = next
  }
  return row[b.length]!
}
