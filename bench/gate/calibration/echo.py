"""The same as echo.ts beside it, in Python: a server whose launches hardly differ.

RUN  python3 bench/gate/calibration/echo.py 9000 100    listens, 100 steps of work a message
     python3 bench/gate/calibration/echo.py steps       prints the nanoseconds of a step
"""

import socket
import struct
import sys
import threading
import time

TIMED_STEPS = 2_000_000
STEPS_A_TIME = 100


class PeerGone(Exception):
    """The stream ended."""


def work(steps):
    x = 1
    for i in range(steps):
        x ^= i
    return x


def ns_per_step():
    start = time.process_time_ns()
    for _ in range(TIMED_STEPS // STEPS_A_TIME):
        work(STEPS_A_TIME)
    return (time.process_time_ns() - start) / TIMED_STEPS


def receive_exactly(client, count):
    data = bytearray()
    while len(data) < count:
        part = client.recv(min(count - len(data), 65536))
        if not part:
            raise PeerGone
        data += part
    return bytes(data)


def serve(client, steps):
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with client:
        try:
            while True:
                head = receive_exactly(client, 4)
                message = receive_exactly(client, struct.unpack(">I", head)[0])
                work(steps)
                client.sendall(head + message)
        except (PeerGone, OSError):
            pass


def main():
    if sys.argv[1] == "steps":
        print(ns_per_step())
        return
    listener = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=128)
    while True:
        client, _ = listener.accept()
        threading.Thread(target=serve, args=(client, int(sys.argv[2])), daemon=True).start()


main()
