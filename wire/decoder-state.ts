/** Where a decoder is between two steps. */

/** On a frame boundary of the chunk: the next frame may be handed out where it lies. */
export const DIRECT = 0
/** The current frame began in an earlier chunk; its bytes are being gathered. */
export const GATHERING = 1
/** The frame handed out last was gathered; its memory may be used again now. */
export const HANDED_OUT = 2
/** The stream was refused; final. */
export const REFUSED = 3
/** The current frame began in an earlier chunk; its bytes stay where they are. */
export const HELD = 4

export type DecoderState =
  | typeof DIRECT
  | typeof GATHERING
  | typeof HANDED_OUT
  | typeof REFUSED
  | typeof HELD
