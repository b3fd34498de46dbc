/** The few pieces of XML that results for CI services are made of. */

// biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 has no way to write them
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffe\uffff]/g

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
  '\r': '&#13;',
  '\t': '&#9;',
}

/** Characters that XML cannot carry are written as `\x1b`. */
const carried = (raw: string): string =>
  raw.toWellFormed().replace(NOT_XML, (character) => {
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`
  })

/** Between tags. */
export const content = (raw: string): string =>
  carried(raw).replace(/[&<>]/g, (character) => ENTITIES[character]!)

const attribute = (raw: string): string =>
  carried(raw).replace(/[&<>"\n\r\t]/g, (character) => ENTITIES[character]!)

/** `body` is XML; values of attributes are text. */
export const element = (name: string, attributes: Record<string, string>, body = ''): string => {
  const written = Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${attribute(value)}"`)
    .join('')
  return body === '' ? `<${name}${written}/>` : `<${name}${written}>${body}</${name}>`
}
