"""A right echo server with a thread a client: u32be frames, at most 1 MiB each.

Try it:  framegate conform --exec 'python3 examples/servers/echo.py {port}' --framing u32be --max-frame 1MiB
"""

import signal
import socket
import struct
import sys
import threading

MESSAGE_BYTES_MAX = 1024 * 1024


class PeerGone(Exception):
    """The stream ended, between two frames or inside one."""


def receive_exactly(client, count):
    """One recv returns what is there: ask until all of it has come."""
    parts = []
    while count > 0:
        part = client.recv(min(count, 65536))
        if not part:
            raise PeerGone
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def serve(client):
    with client:
        try:
            while True:
                (length,) = struct.unpack(">I", receive_exactly(client, 4))
                if length > MESSAGE_BYTES_MAX:
                    break
                message = receive_exactly(client, length)
                client.sendall(struct.pack(">I", length) + message)
            refuse(client)
        except (PeerGone, OSError):
            pass


def refuse(client):
    """Ends the stream first and reads what is left: closing with unread bytes would reset it."""
    client.shutdown(socket.SHUT_WR)
    client.settimeout(1)
    while client.recv(65536):
        pass


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    listener = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=128)
    while True:
        client, _ = listener.accept()
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=serve, args=(client,), daemon=True).start()


main()
