import { expect, test } from 'bun:test'
import { ReplyMalformed } from './framing.ts'
import { headerFrame, parse } from './json-header.ts'

test.each([
  '{"total_size":0,"md5":5}',
  '{"total_size":0,"md5":null}',
  '{"total_size":0,"md5":["d41d8cd98f00b204e9800998ecf8427e"]}',
  '{"total_size":"0"}',
  '{"total_size":-1}',
  '{"total_size":0.5}',
  '{"total_size":1e300}',
  '{}',
  'null',
  '[]',
  '"total_size"',
  '{"total_size":0',
])('a header that a right server does not send is malformed, whatever it is: %s', (header) => {
  expect(() => parse(headerFrame(header), 0)).toThrow(ReplyMalformed)
})
