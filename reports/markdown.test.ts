import { expect, test } from 'bun:test'
import {
  code,
  codeBlock,
  html,
  listed,
  picture,
  shorten,
  table,
  text,
  visible,
} from './markdown.ts'

test('text keeps nothing that Markdown would take for markup', () => {
  expect(text('a|b *c* _d_ `e` [f](g) <h> & ~~i~~ $j$')).toBe(
    'a&#124;b \\*c\\* \\_d\\_ \\`e\\` \\[f\\](g) &lt;h&gt; &amp; \\~\\~i\\~\\~ \\$j\\$',
  )
  expect(text('two\r\n  lines')).toBe('two lines')
  expect(text('back\\|slash')).toBe('back\\\\&#124;slash')
  expect(text('thanks @someone, me @ home')).toBe('thanks @<!-- -->someone, me @ home')
})

test('control characters become visible', () => {
  expect(visible('\u0000a\u001b[31mb\tc')).toBe('\\x00a\\x1b[31mb\tc')
})

test('code survives back-ticks, pipes and line ends', () => {
  expect(code('plain')).toBe('`plain`')
  expect(code('a|b')).toBe('<code>a&#124;b</code>')
  expect(code('a`b\nc_*d*')).toBe('<code>a&#96;b c&#95;&#42;d&#42;</code>')
  expect(code('')).toBe('<code></code>')
  expect(codeBlock('sh', 'echo ```` hi')).toBe('`````sh\necho ```` hi\n`````')
})

test('a table is not torn by pipes and line ends', () => {
  const column = { title: 'x', align: 'right' } as const
  expect(table([column, column], [['a|b', 'c\nd']])).toBe(
    '| x | x |\n|--:|--:|\n| a\\|b | c<br>d |',
  )
  expect(table([column], [['a\\|b']])).toEndWith('| a\\|b |')
})

test('attributes are escaped', () => {
  expect(html('"<&>"')).toBe('&quot;&lt;&amp;&gt;&quot;')
  expect(picture('l.svg', 'd.svg', 'say "hi"', 800)).toContain('alt="say &quot;hi&quot;"')
})

test('lists and cuts read like sentences', () => {
  expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map((items) => listed(items))).toEqual([
    '',
    'a',
    'a and b',
    'a, b and c',
  ])
  expect(listed(['a', 'b'], 'or')).toBe('a or b')
  expect(shorten('abcdef', 6)).toBe('abcdef')
  expect(shorten('abc efg', 5)).toBe('abc…')
})
