"""A UDP echo on a blocking socket: udp_echo.py HOST PORT"""

import signal
import socket
import sys

DATAGRAM_BYTES_MAX = 65_535

signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
host, port = sys.argv[1], int(sys.argv[2])
family = socket.AF_INET6 if ":" in host else socket.AF_INET
with socket.socket(family, socket.SOCK_DGRAM) as server:
    server.bind((host, port))
    while True:
        message, client = server.recvfrom(DATAGRAM_BYTES_MAX)
        server.sendto(message, client)
