/**
 * The client that client mutants are made from, right as it stands. It reads as a server's
 * connection reads; where that would answer, it prints. So a fault in reading is one class for both
 * roles, and what only clients do is a method of its own here.
 */
import { writeSync } from 'node:fs'
import type { Socket } from 'bun'
import type { Connection } from '../connection.ts'
import type { ConnectionClass } from '../mutant.ts'

const STDOUT = 1

/** What a mutant of a client may change. */
export interface Client extends Connection {
  /** Messages to send, as they were read from standard input. */
  requests: readonly Uint8Array[]
  printed: number
  done: boolean
  sendAll(): void
  send(request: Uint8Array): void
  print(line: Uint8Array): void
  complete(): void
  succeed(): never
  fail(why: string): never
}

export interface ClientClass {
  readonly framing: string
  new (socket: Socket<Connection>): Client
}

/** A client that reads as this connection does, faults included. */
export function clientOf(Base: ConnectionClass): ClientClass {
  return class extends (Base as typeof Connection) {
    requests: readonly Uint8Array[] = []
    printed = 0
    done = false

    override opened(): void {
      super.opened()
      if (this.requests.length === 0) this.complete()
      else this.sendAll()
    }

    sendAll(): void {
      for (const request of this.requests) this.send(request)
    }

    send(request: Uint8Array): void {
      super.write(super.frame(request))
    }

    /** Of a reply: the line that is printed. */
    override frame(message: Uint8Array): Uint8Array {
      return Buffer.from(`${Buffer.from(message).toString('hex')}\n`)
    }

    override write(line: Uint8Array): void {
      if (this.done) return
      this.print(line)
      if (++this.printed >= this.requests.length) this.complete()
    }

    print(line: Uint8Array): void {
      for (let at = 0; at < line.length; ) at += writeSync(STDOUT, line, at)
    }

    /** Every request has its reply. */
    complete(): void {
      this.done = true
      this.succeed()
    }

    /** What it owes it sends while it reads on. */
    override pauseIfOwing(): void {}

    /** The end of the stream, or a frame that must be refused. */
    override finish(): void {
      if (!this.done) this.fail('the stream ended too early, or is not right')
    }

    override closed(error: Error | undefined): void {
      super.closed(error)
      if (!this.done) this.fail(`the connection broke: ${error?.message ?? 'closed'}`)
    }

    succeed(): never {
      process.exit(0)
    }

    fail(why: string): never {
      console.error(`client: ${why}`)
      process.exit(1)
    }
  }
}
