/** Public entry of `framegate/wire`. */

export { type MessagesOptions, messages } from './async-iterator.ts'
export * from './framing.ts'
export {
  encodeJsonHeader,
  JSON_HEADER_BYTES_MAX,
  type JsonHeader,
  JsonHeaderDecoder,
  type JsonHeaderDigest,
  JsonHeaderEncoder,
  parseJsonHeader,
} from './json-header.ts'
export { type MessageDuplexOptions, messageDuplex } from './node-duplex.ts'
export { FramingOptionError, formatSize, parseSize } from './options.ts'
export { FRAMING_IDS, FRAMING_USAGES, parseFraming } from './registry.ts'
export { decoderStream, encoderStream } from './transform-stream.ts'
