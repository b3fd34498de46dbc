"""A right echo server in one of many framings, on asyncio.

Try it:  framegate conform --exec 'python3 examples/servers/event_loop.py {port} line' --framing line --max-frame 1MiB
"""

import asyncio
import signal
import sys

from framings import Messages, Refused, framing_named

MESSAGE_BYTES_MAX = 1024 * 1024
READ_BYTES = 65536
LINGER_S = 1
STOP_S_MAX = 2


class Server:
    def __init__(self, framing):
        self.framing = framing
        self.clients = {}

    async def run(self, port):
        stopped = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
        server = await asyncio.start_server(self.serve, "127.0.0.1", port, backlog=128)
        await stopped.wait()
        server.close()
        # The end of the stream is put behind what has come: that is still answered.
        tasks = list(self.clients)
        for reader, writer in self.clients.values():
            writer.transport.pause_reading()
            reader.feed_eof()
        if tasks:
            await asyncio.wait(tasks, timeout=STOP_S_MAX)

    async def serve(self, reader, writer):
        self.clients[asyncio.current_task()] = reader, writer
        try:
            await self.answer_all(reader, writer)
        except OSError:
            # A client that resets its connection harms itself alone.
            pass
        finally:
            del self.clients[asyncio.current_task()]
            writer.close()

    async def answer_all(self, reader, writer):
        messages = Messages(framing_named(self.framing, MESSAGE_BYTES_MAX))
        try:
            while read := await reader.read(READ_BYTES):
                for message in messages.push(read):
                    writer.write(messages.framing.frame(message))
                    await writer.drain()
        except Refused:
            await self.refuse(reader, writer)
        await writer.drain()

    @staticmethod
    async def refuse(reader, writer):
        """Ends the stream first and reads what is left: closing with unread bytes would reset it."""
        writer.write_eof()

        async def discard():
            while await reader.read(READ_BYTES):
                pass

        try:
            await asyncio.wait_for(discard(), LINGER_S)
        except asyncio.TimeoutError:
            pass


asyncio.run(Server(sys.argv[2]).run(int(sys.argv[1])))
