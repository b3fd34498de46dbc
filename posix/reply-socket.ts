/**
 * A datagram socket on a wildcard address (0.0.0.0, ::) whose replies come from the address that
 * the request was sent to. Without that the kernel takes the address of the way back, and a client
 * that is connected to another one of this machine's addresses never sees the reply.
 *
 * With IP_PKTINFO the kernel says of each datagram which address it came for, in a control message
 * that goes back with the reply. Linux alone; layouts: struct msghdr, linux/in.h.
 */
import { dlopen, FFIType, ptr } from 'bun:ffi'
import { constants } from 'node:os'
import { type Address, decodeSockaddr, encodeSockaddr } from './address.ts'
import { C, IS_LINUX } from './constants.ts'
import { errno, PosixError } from './libc.ts'
import * as calls from './socket-calls.ts'

const { i32, pointer, i64_fast: count } = FFIType
const linux = IS_LINUX
  ? dlopen(C.libc, {
      recvmsg: { args: [i32, pointer, i32], returns: count },
      sendmsg: { args: [i32, pointer, i32], returns: count },
    }).symbols
  : null

const IP_PKTINFO = 8
const IPV6_RECVPKTINFO = 49
const DATAGRAM_BYTES_MAX = 65_535
const SOCKADDR_BYTES = 128
const CONTROL_BYTES = 128
const MSGHDR = { bytes: 56, name: 0, nameBytes: 8, parts: 16, count: 24, control: 32, flags: 48 }
const MSGHDR_CONTROL_BYTES = 40

/** Who sent a datagram, and to which of our addresses. */
export interface Origin {
  readonly sockaddr: Uint8Array
  readonly control: Uint8Array
}

export interface Received {
  /** Valid until the next one is received. */
  bytes: Uint8Array
  origin: Origin
}

export const canReplyFromWildcard = IS_LINUX

export class ReplySocket {
  readonly fd: number
  readonly address: Address
  readonly #buffer = new Uint8Array(DATAGRAM_BYTES_MAX)
  readonly #name = new Uint8Array(SOCKADDR_BYTES)
  readonly #control = new Uint8Array(CONTROL_BYTES)
  readonly #part = new BigUint64Array(2)
  readonly #header = new DataView(new ArrayBuffer(MSGHDR.bytes))

  constructor(address: Extract<Address, { transport: 'udp' }>) {
    const isV6 = address.host.includes(':')
    this.fd = calls.open(isV6 ? C.AF_INET6 : C.AF_INET, C.SOCK_DGRAM, 0)
    try {
      calls.setNonBlocking(this.fd, true)
      if (isV6) calls.setNumber(this.fd, C.IPPROTO_IPV6, IPV6_RECVPKTINFO, 1)
      else calls.setNumber(this.fd, C.IPPROTO_IP, IP_PKTINFO, 1)
      calls.succeeded('bind', calls.bind(this.fd, encodeSockaddr(address)))
    } catch (error) {
      this.close()
      throw error
    }
    const { bytes, length } = calls.localName(this.fd)
    this.address = decodeSockaddr(bytes, length, 'udp')
  }

  /** Null when nothing is there. */
  receive(): Received | null {
    this.#point(this.#name, this.#buffer, this.#control)
    const bytes = linux!.recvmsg(this.fd, ptr(this.#header.buffer), 0) as number
    if (bytes < 0) return this.#wouldBlock('recvmsg')
    const nameBytes = this.#header.getUint32(MSGHDR.nameBytes, true)
    const controlBytes = Number(this.#header.getBigUint64(MSGHDR_CONTROL_BYTES, true))
    const origin = {
      sockaddr: this.#name.slice(0, nameBytes),
      control: this.#control.slice(0, controlBytes),
    }
    return { bytes: this.#buffer.subarray(0, bytes), origin }
  }

  /** False when there is no room for it now. */
  reply(bytes: Uint8Array, { sockaddr, control }: Origin): boolean {
    this.#point(sockaddr, bytes, control)
    const sent = linux!.sendmsg(this.fd, ptr(this.#header.buffer), C.MSG_NOSIGNAL) as number
    return sent >= 0 || this.#wouldBlock('sendmsg') !== null
  }

  #point(name: Uint8Array, bytes: Uint8Array, control: Uint8Array): void {
    const header = this.#header
    const at = (array: Uint8Array) => BigInt(array.length > 0 ? ptr(array) : 0)
    this.#part[0] = at(bytes)
    this.#part[1] = BigInt(bytes.length)
    header.setBigUint64(MSGHDR.name, at(name), true)
    header.setUint32(MSGHDR.nameBytes, name.length, true)
    header.setBigUint64(MSGHDR.parts, BigInt(ptr(this.#part)), true)
    header.setBigUint64(MSGHDR.count, 1n, true)
    header.setBigUint64(MSGHDR.control, at(control), true)
    header.setBigUint64(MSGHDR_CONTROL_BYTES, BigInt(control.length), true)
    header.setInt32(MSGHDR.flags, 0, true)
  }

  #wouldBlock(call: string): null {
    const number = errno()
    if (calls.isWouldBlock(-number) || number === constants.errno.EINTR) return null
    throw new PosixError(call, number)
  }

  close(): void {
    calls.close(this.fd)
  }
}
