/**
 * A JSON object read one level deep: grammar checked to the last character, nothing built.
 *
 * JSON.parse would do for honest headers. It hides a key given twice, makes objects of whatever a
 * stranger nests, and leaves to the engine's stack how deep that may be; this scanner keeps a list
 * of open brackets instead and takes any depth.
 */

/** Called with the key (escapes resolved) and the text of the value as it was written. */
export type MemberVisitor = (key: string, source: string) => void

/**
 * Visits the members of the object that `text` spells, in order, repeated keys included.
 *
 * @returns false when `text` is not exactly one JSON object (RFC 8259); members before the mistake
 *   have been visited by then
 */
export function visitMembers(text: string, visit: MemberVisitor): boolean {
  const scanner = new JsonScanner(text)
  scanner.skipSpace()
  if (!scanner.skip('{')) return false
  scanner.skipSpace()
  if (!scanner.skip('}')) {
    do {
      scanner.skipSpace()
      const keyAt = scanner.at
      if (!scanner.skipString()) return false
      const key = JSON.parse(text.slice(keyAt, scanner.at)) as string
      if (!scanner.skipColon()) return false
      scanner.skipSpace()
      const valueAt = scanner.at
      if (!scanner.skipValue()) return false
      visit(key, text.slice(valueAt, scanner.at))
      scanner.skipSpace()
    } while (scanner.skip(','))
    if (!scanner.skip('}')) return false
  }
  scanner.skipSpace()
  return scanner.at === text.length
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const LITERALS = ['true', 'false', 'null'] as const
const ESCAPES = '"\\/bfnrt'
const HEX4 = /^[0-9a-fA-F]{4}$/

class JsonScanner {
  at = 0
  private readonly text: string

  constructor(text: string) {
    this.text = text
  }

  skip(character: string): boolean {
    if (this.text[this.at] !== character) return false
    this.at++
    return true
  }

  skipSpace(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.at)
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return
      this.at++
    }
  }

  skipColon(): boolean {
    this.skipSpace()
    return this.skip(':')
  }

  skipString(): boolean {
    if (!this.skip('"')) return false
    for (;;) {
      const code = this.text.charCodeAt(this.at++)
      if (code === 0x22) return true
      if (code === 0x5c && !this.skipEscape()) return false
      // NaN is the end of the text.
      if (code < 0x20 || Number.isNaN(code)) return false
    }
  }

  /** Any value, however deep: `closers` holds the brackets still open. */
  skipValue(): boolean {
    const closers: string[] = []
    for (;;) {
      this.skipSpace()
      const opened = this.openBracket()
      if (opened !== undefined) closers.push(opened)
      else if (!this.skipEmptyOrScalar()) return false
      else if (!this.closeBrackets(closers)) return false
      if (closers.length === 0) return true
      if (closers.at(-1) === '}' && !this.skipKey()) return false
    }
  }

  /** Goes into a bracket that has something in it and answers the closing one. */
  private openBracket(): '}' | ']' | undefined {
    const first = this.text[this.at]
    if (first !== '{' && first !== '[') return undefined
    const closer = first === '{' ? '}' : ']'
    const at = this.at
    this.at++
    this.skipSpace()
    if (this.text[this.at] !== closer) return closer
    this.at = at
    return undefined
  }

  private skipEmptyOrScalar(): boolean {
    const first = this.text[this.at]
    if (first === '"') return this.skipString()
    if (first === '{' || first === '[') {
      this.at++
      this.skipSpace()
      this.at++
      return true
    }
    const literal = LITERALS.find((word) => this.text.startsWith(word, this.at))
    if (literal !== undefined) {
      this.at += literal.length
      return true
    }
    NUMBER.lastIndex = this.at
    if (!NUMBER.test(this.text)) return false
    this.at = NUMBER.lastIndex
    return true
  }

  /** After a value: closes what ends here. False unless a comma or the end of all follows. */
  private closeBrackets(closers: string[]): boolean {
    while (closers.length > 0) {
      this.skipSpace()
      if (this.skip(',')) return true
      if (!this.skip(closers.at(-1)!)) return false
      closers.pop()
    }
    return true
  }

  private skipKey(): boolean {
    this.skipSpace()
    return this.skipString() && this.skipColon()
  }

  private skipEscape(): boolean {
    const letter = this.text.charAt(this.at++)
    if (letter === '') return false
    if (ESCAPES.includes(letter)) return true
    if (letter !== 'u' || !HEX4.test(this.text.slice(this.at, this.at + 4))) return false
    this.at += 4
    return true
  }
}
