"""A right client: u32be frames, at most 1 MiB each, one request after the other.

It sends what it reads on its standard input, one message a line in hex, and prints every reply.

Try it:  framegate conform-client --exec 'python3 examples/clients/client.py {host} {port}' --framing u32be --max-frame 1MiB
"""

import socket
import struct
import sys

MESSAGE_BYTES_MAX = 1024 * 1024


class BrokenStream(Exception):
    """The server ended the stream too early, or sent what cannot be right."""


def receive_exactly(server, count):
    """One recv returns what is there: ask until all of it has come."""
    parts = []
    while count > 0:
        part = server.recv(min(count, 65536))
        if not part:
            raise BrokenStream("the server closed the connection inside a reply or before it")
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def exchange(server, request):
    server.sendall(struct.pack(">I", len(request)) + request)
    (length,) = struct.unpack(">I", receive_exactly(server, 4))
    if length > MESSAGE_BYTES_MAX:
        raise BrokenStream(f"a reply of {length} bytes is too long")
    return receive_exactly(server, length)


def main():
    host, port = sys.argv[1], int(sys.argv[2])
    with socket.create_connection((host, port)) as server:
        server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for line in sys.stdin:
            reply = exchange(server, bytes.fromhex(line.strip()))
            print(reply.hex(), flush=True)


try:
    main()
except (BrokenStream, OSError) as error:
    sys.exit(f"client: {error}")
