"""Decompression of response bodies, with a limit on memory.

Only gzip is offered, since the standard library decompresses it in bounded pieces. What belongs here: the content
encodings that are offered and decoded. A body in another encoding, or in several, is left as received and reported.
"""

import zlib

OFFERED = "gzip"
"""The value of the header Accept-Encoding."""

_GZIP_NAMES = frozenset({"gzip", "x-gzip"})
_GZIP_WINDOW = 31
_MOST_MEMBERS = 16


class TooLarge(Exception):
    """The decompressed body is larger than allowed."""


class StaysPacked(Exception):
    """A body cannot be decompressed; the text is the rest of a sentence that says why."""


def unpacked(body: bytes, encoding: str | None, *, most: int) -> bytes:
    """Return the decompressed body.

    Args:
        body: The bytes as received.
        encoding: The header Content-Encoding, or None.
        most: The most bytes that the result may have.

    Raises:
        TooLarge: The result would be larger.
        StaysPacked: The encoding was not offered, or the bytes are not in it.
    """
    names = [name for part in (encoding or "").split(",") if (name := part.strip().lower()) not in {"", "identity"}]
    if not names:
        return body
    if len(names) > 1 or names[0] not in _GZIP_NAMES:
        raise StaysPacked(f"is packed as `{', '.join(names)[:60]}`, and only `{OFFERED}` was offered")
    return _from_gzip(body, most)


def _from_gzip(body: bytes, most: int) -> bytes:
    whole, rest = bytearray(), body
    for _ in range(_MOST_MEMBERS):
        unpacker = zlib.decompressobj(wbits=_GZIP_WINDOW)
        try:
            whole += unpacker.decompress(rest, most + 1 - len(whole))
        except zlib.error as error:
            raise StaysPacked(f"says that it is packed with gzip, and its bytes are not ({error})") from error
        if len(whole) > most:
            raise TooLarge
        if not unpacker.eof:
            raise StaysPacked("is packed with gzip and ends in the middle")
        rest = unpacker.unused_data
        if not rest:
            return bytes(whole)
    raise StaysPacked(f"is packed with gzip in more than {_MOST_MEMBERS} parts")
