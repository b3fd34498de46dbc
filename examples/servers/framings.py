"""The framings of the servers beside this file: where does one message end, how is one written?

`take(buffer, at)` returns the message at `at` and where the next frame begins, or None while it is
not complete. It raises Refused for bytes that can become no message.
"""

import hashlib
import json
import re
import struct

CONTENT_LENGTH_BLOCK_BYTES_MAX = 8192
JSON_HEADER_BYTES_MAX = 65536
VARINT_BYTES_MAX = 10
EXACT_MAX = 2**53 - 1


class Refused(Exception):
    """Nothing behind these bytes can be read."""


class Framing:
    def __init__(self, message_bytes_max):
        self.message_bytes_max = message_bytes_max

    def body(self, buffer, start, length):
        """The message of `length` bytes at `start`; its length is judged before it is there."""
        if length > self.message_bytes_max:
            raise Refused(f"a length of {length}")
        end = start + length
        return (bytes(buffer[start:end]), end) if end <= len(buffer) else None


class Prefix(Framing):
    def __init__(self, message_bytes_max, layout):
        super().__init__(message_bytes_max)
        self.header = struct.Struct(layout)

    def take(self, buffer, at):
        if len(buffer) - at < self.header.size:
            return None
        (length,) = self.header.unpack_from(buffer, at)
        return self.body(buffer, at + self.header.size, length)

    def frame(self, message):
        return self.header.pack(len(message)) + message


class Varint(Framing):
    def take(self, buffer, at):
        length = 0
        for index, byte in enumerate(buffer[at : at + VARINT_BYTES_MAX]):
            length |= (byte & 0x7F) << (7 * index)
            if byte < 0x80:
                if byte == 0 and index > 0:
                    raise Refused("a length longer than it need be")
                return self.body(buffer, at + index + 1, length)
        if len(buffer) - at >= VARINT_BYTES_MAX:
            raise Refused("a length without an end")
        return None

    def frame(self, message):
        spelled = bytearray()
        rest = len(message)
        while rest >= 0x80:
            spelled.append(rest & 0x7F | 0x80)
            rest >>= 7
        spelled.append(rest)
        return bytes(spelled) + message


class Netstring(Framing):
    def take(self, buffer, at):
        digits_max = len(str(self.message_bytes_max))
        head = bytes(buffer[at : at + digits_max + 1])
        digits, colon, _ = head.partition(b":")
        # A prefix that can become no length is refused without waiting for the colon.
        if not re.fullmatch(rb"(0|[1-9][0-9]*)?", digits) or (colon and not digits):
            raise Refused("no length")
        if digits and int(digits) > self.message_bytes_max:
            raise Refused("a length over the limit")
        if not colon:
            return None
        length = int(digits)
        end = at + len(digits) + 1 + length
        if len(buffer) <= end:
            return None
        if buffer[end] != ord(","):
            raise Refused("no comma")
        return bytes(buffer[end - length : end]), end + 1

    def frame(self, message):
        return b"%d:%b," % (len(message), message)


class Line(Framing):
    def __init__(self, message_bytes_max):
        super().__init__(message_bytes_max)
        self.searched = 0

    def take(self, buffer, at):
        # What was searched before is not searched again: long lines come in many reads.
        end = buffer.find(b"\n", max(at, self.searched))
        self.searched = len(buffer) if end < 0 else 0
        if (len(buffer) if end < 0 else end) - at > self.message_bytes_max:
            raise Refused("a line over the limit")
        return None if end < 0 else (bytes(buffer[at:end]), end + 1)

    def taken(self, count):
        """`count` bytes were taken off the front of the buffer."""
        self.searched = max(0, self.searched - count)

    def frame(self, message):
        return message + b"\n"


class ContentLength(Framing):
    def take(self, buffer, at):
        block = bytes(buffer[at : at + CONTENT_LENGTH_BLOCK_BYTES_MAX])
        end = block.find(b"\r\n\r\n")
        # A line feed alone, or a return alone, ends no line; the last byte may be half of a pair.
        if re.search(rb"(?<!\r)\n|\r(?!\n|$)", block if end < 0 else block[:end]):
            raise Refused("a line that does not end in CR LF")
        if end < 0:
            if len(block) == CONTENT_LENGTH_BLOCK_BYTES_MAX:
                raise Refused("a header block over the limit")
            return None
        return self.body(buffer, at + end + 4, self.length(block[:end]))

    def length(self, block):
        lengths = set()
        for line in block.split(b"\r\n"):
            header = re.fullmatch(rb"([!-9;-~]+):(.*)", line, re.DOTALL)
            if not header:
                raise Refused("a line that is no header")
            if header[1].lower() != b"content-length":
                continue
            digits = header[2].strip(b" \t")
            if not re.fullmatch(rb"[0-9]{1,16}", digits):
                raise Refused("no length")
            lengths.add(int(digits))
        if len(lengths) != 1:
            raise Refused("not one length")
        return lengths.pop()

    def frame(self, message):
        return b"Content-Length: %d\r\n\r\n%b" % (len(message), message)


class Digits(str):
    """A whole number as it is spelled."""


class JsonHeader(Framing):
    def take(self, buffer, at):
        if len(buffer) - at < 4:
            return None
        (length,) = struct.unpack_from("<i", buffer, at)
        if not 1 <= length <= JSON_HEADER_BYTES_MAX:
            raise Refused(f"a header of {length} bytes")
        start = at + 4 + length
        if len(buffer) < start:
            return None
        size, digest = self.header(bytes(buffer[at + 4 : start]))
        found = self.body(buffer, start, size)
        if found and digest and hashlib.md5(found[0]).hexdigest() != digest:
            raise Refused("another digest")
        return found

    def header(self, text):
        try:
            found = json.loads(
                text.decode("utf-8"),
                object_pairs_hook=lambda pairs: pairs,
                parse_int=Digits,
                parse_float=lambda text: None,
                parse_constant=self.refuse_constant,
            )
        except (ValueError, RecursionError):
            raise Refused("a header that is no JSON") from None
        # An array is a list of values, an object one of pairs.
        if text.lstrip()[:1] != b"{":
            raise Refused("a header that is no object")
        size = self.only(found, "total_size", Digits, "[0-9]{1,16}")
        digest = self.only(found, "md5", str, "[0-9a-fA-F]{32}")
        self.only(found, "file_name", str, ".*")
        if size is None or int(size) > EXACT_MAX:
            raise Refused("no size")
        return int(size), digest

    @staticmethod
    def only(pairs, wanted, kind, pattern):
        """The one value of this key; None where there is none."""
        values = [value for key, value in pairs if key == wanted]
        for value in values:
            if type(value) is not kind or not re.fullmatch(pattern, value, re.DOTALL):
                raise Refused(f"no {wanted}")
        spellings = {value.lower() if wanted == "md5" else value for value in values}
        if len(spellings) > 1:
            raise Refused(f"two values of {wanted}")
        return spellings.pop() if spellings else None

    @staticmethod
    def refuse_constant(text):
        raise ValueError(text)

    def frame(self, message):
        digest = hashlib.md5(message).hexdigest()
        header = b'{"md5":"%b","total_size":%d}' % (digest.encode(), len(message))
        return struct.pack("<i", len(header)) + header + message


class Messages:
    """What has come on one connection and is not yet used up."""

    def __init__(self, framing):
        self.framing = framing
        self.buffer = bytearray()

    def push(self, read):
        """The messages that are now complete, in order. Raises Refused when they are used up."""
        self.buffer += read
        at = 0
        try:
            while found := self.framing.take(self.buffer, at):
                message, at = found
                yield message
        finally:
            del self.buffer[:at]
            if isinstance(self.framing, Line):
                self.framing.taken(at)


PREFIXES = {"u16be": ">H", "u32be": ">I", "u32le": "<I"}
OTHERS = {
    "varint": Varint,
    "netstring": Netstring,
    "line": Line,
    "content-length": ContentLength,
    "json-header": JsonHeader,
}


def framing_named(name, message_bytes_max):
    if name in PREFIXES:
        return Prefix(message_bytes_max, PREFIXES[name])
    return OTHERS[name](message_bytes_max)
