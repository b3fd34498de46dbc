/**
 * CLAIM     How fast whole files are stored, and fetched again.
 * MEASURES  Files of 8 MiB on one connection, one after the other: from the first byte sent to the
 *           word that the file is verified and stored, which takes the disk of the temporary
 *           folder, or to the last byte fetched. Each file is another one than the one it replaces,
 *           and what comes back is compared byte for byte. For servers that keep files.
 * RUN       framegate bench file-server --scenario file-transfer
 */
import { defineScenario } from '../scenario.ts'

const KIB = 1024

export const fileTransfer = defineScenario({
  id: 'file-transfer',
  claim: 'Files per second, sent and stored, or fetched',
  service: 'files',
  requires: ['files/put-then-get', 'files/several-pieces', 'files/old-until-complete'],
  messageBytes: [1536 * KIB, 8 * KIB * KIB],
  connections: [2, 1],
  depth: [1, 1],
  parameters: { transfer: 'put' },
  variants: [{ transfer: 'put' }, { transfer: 'get' }],
  sweep: { messageBytes: [4 * KIB, 64 * KIB, KIB * KIB, 8 * KIB * KIB, 64 * KIB * KIB] },
  measuredMsMin: 500,
  smokeMessagesMax: 8,
})
