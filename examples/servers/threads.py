"""A right echo server in one of many framings, blocking, with a thread a client.

Try it:  framegate conform --exec 'python3 examples/servers/threads.py {port} netstring' --framing netstring --max-frame 1MiB
"""

import signal
import socket
import sys
import threading

from framings import Messages, Refused, framing_named

MESSAGE_BYTES_MAX = 1024 * 1024
READ_BYTES = 65536
LINGER_S = 1
STOP_S_MAX = 2


class Server:
    def __init__(self, port, framing):
        self.framing = framing
        self.clients = {}
        self.listener = socket.create_server(("127.0.0.1", port), backlog=128)

    def run(self):
        signal.signal(signal.SIGTERM, self.stop)
        while True:
            client, _ = self.listener.accept()
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            thread = threading.Thread(target=self.serve, args=(client,), daemon=True)
            self.clients[client] = thread
            thread.start()

    def serve(self, client):
        try:
            with client:
                self.answer_all(client)
        except OSError:
            # A client that resets its connection harms itself alone.
            pass
        finally:
            self.clients.pop(client, None)

    def answer_all(self, client):
        messages = Messages(framing_named(self.framing, MESSAGE_BYTES_MAX))
        try:
            while read := client.recv(READ_BYTES):
                for message in messages.push(read):
                    client.sendall(messages.framing.frame(message))
        except Refused:
            self.refuse(client)

    @staticmethod
    def refuse(client):
        """Ends the stream first and reads what is left: closing with unread bytes would reset it."""
        client.shutdown(socket.SHUT_WR)
        client.settimeout(LINGER_S)
        while client.recv(READ_BYTES):
            pass

    def stop(self, *_):
        """Reads no more; what has come is still answered."""
        self.listener.close()
        waiting = list(self.clients.items())
        for client, _ in waiting:
            try:
                client.shutdown(socket.SHUT_RD)
            except OSError:
                # It has gone by itself.
                pass
        for _, thread in waiting:
            thread.join(STOP_S_MAX)
        sys.exit(0)


Server(int(sys.argv[1]), sys.argv[2]).run()
