"""Undoing the compression in which a body travelled, never into more memory than is wanted.

Only gzip is offered: the standard library unpacks it in bounded pieces. What belongs here: which packings are offered
and undone. An answer that came in another one, or in several at once, is left as it came and named.
"""

import zlib
from typing import Final

OFFERED: Final = "gzip"
"""The value of the header Accept-Encoding."""

_GZIP_NAMES: Final = frozenset({"gzip", "x-gzip"})
_GZIP_WINDOW: Final = 31
_MOST_MEMBERS: Final = 16


class TooLarge(Exception):
    """A body is larger than wanted once it is unpacked."""


class StaysPacked(Exception):
    """A body can't be unpacked; says why, as the rest of a sentence about it."""


def unpacked(body: bytes, encoding: str | None, *, most: int) -> bytes:
    """A body as it was before it was packed.

    Args:
        body: The bytes that came.
        encoding: The header Content-Encoding, or None.
        most: Bytes that the result may have.

    Raises:
        TooLarge: The result would have more.
        StaysPacked: The packing is not the one that was offered, or the bytes don't follow it.
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
