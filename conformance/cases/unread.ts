/** How much has to be sent, and not read, so that replies are waiting at the server. */
import { sendBufferBytesMax } from '../../harness/kernel-buffers.ts'

const MIB = 1_048_576
/** More than the server's full send buffer and a small receive buffer of ours hold together. */
export const UNREAD_BYTES = sendBufferBytesMax() + 2 * MIB
