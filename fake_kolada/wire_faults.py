"""Faults in the transfer of a response: its status, its headers, its compression, its speed."""

import gzip
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from itertools import repeat

import zstandard

from fake_kolada.answers import HonestAnswer, RawReply, Reply, as_json
from fake_kolada.fault_kinds import FaultKind, FaultSettings, Spoil, any_answer, has_rows, instead
from fake_kolada.page_faults import empty_page

_HTML = (
    "<!DOCTYPE html><html><head><title>Kolada</title></head>"
    "<body><h1>Tjänsten är tillfälligt otillgänglig</h1></body></html>"
).encode()
_HTML_TYPE = "text/html; charset=utf-8"
_BUSY = as_json({"detail": "Too Many Requests"})
_MEGABYTE = b" " * 1024 * 1024
_GZIP_WINDOW = 31


def _busy(retry_after: str) -> Spoil:
    return instead(429, _BUSY, headers={"Retry-After": retry_after})


def _with_retry_after(_answer: HonestAnswer, settings: FaultSettings) -> Reply:
    return Reply(_BUSY, status=429, headers={"Retry-After": settings.retry_after})


def _cut(answer: HonestAnswer, _settings: FaultSettings) -> Reply:
    body = answer.body()
    return Reply(body[: len(body) // 2])


def _dropped(answer: HonestAnswer, _settings: FaultSettings) -> Reply:
    body = answer.body()
    return Reply(body, sent_bytes=len(body) // 2)


def _stalled(answer: HonestAnswer, settings: FaultSettings) -> Reply:
    return Reply(answer.body(), held_seconds=settings.stall_seconds)


def _recoded(codec: str) -> Spoil:
    """Return the correct page in another character set, as its header says."""
    return lambda answer, _settings: Reply(
        answer.body().decode().encode(codec, errors="replace"), media_type=f"application/json; charset={codec}"
    )


def _packed(pack: Callable[[bytes], bytes], header: str | None) -> Spoil:
    """Return the correct page compressed, with or without a header that says so."""
    return lambda answer, _settings: Reply(
        pack(answer.body()), headers={} if header is None else {"Content-Encoding": header}
    )


def _bomb(make: Callable[[], bytes], header: str) -> Spoil:
    return lambda _answer, _settings: Reply(make(), headers={"Content-Encoding": header})


@cache
def gzip_bomb(megabytes: int = 256) -> bytes:
    """Return megabytes of spaces, compressed a thousandfold."""
    packer = zlib.compressobj(1, wbits=_GZIP_WINDOW)
    return b"".join([*(packer.compress(_MEGABYTE) for _ in range(megabytes)), packer.flush()])


@cache
def zstd_bomb(megabytes: int = 3072) -> bytes:
    """Return megabytes of spaces, compressed thirty-thousandfold."""
    packer = zstandard.ZstdCompressor(level=1).compressobj()
    return b"".join([*(packer.compress(_MEGABYTE) for _ in range(megabytes)), packer.flush()])


def _huge(_answer: HonestAnswer, _settings: FaultSettings) -> Reply:
    return Reply(_MEGABYTE * 40)


def _dripping_head(_answer: HonestAnswer, settings: FaultSettings) -> Reply:
    def pieces() -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nX-Slow: "
        yield from repeat(b"x")

    return RawReply(pieces(), every_seconds=settings.drip_seconds)


def _dripping_body(_answer: HonestAnswer, settings: FaultSettings) -> Reply:
    def pieces() -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n"
        yield from repeat(b" ")

    return RawReply(pieces(), every_seconds=settings.drip_seconds)


def _informing(_answer: HonestAnswer, _settings: FaultSettings) -> Reply:
    return RawReply(repeat(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 100), every_seconds=0.001)


def _other_source(answer: HonestAnswer, _settings: FaultSettings) -> Reply:
    return Reply(answer.body(), source="made up")


WIRE_FAULTS = (
    FaultKind("rate_limited", "429 with no Retry-After", any_answer, instead(429, _BUSY)),
    FaultKind("rate_limited_retry_after", "429 with Retry-After", any_answer, _with_retry_after),
    FaultKind("retry_after_zero", "429 with Retry-After: 0", any_answer, _busy("0")),
    FaultKind(
        "retry_after_past", "429 with a Retry-After in the past", any_answer, _busy("Thu, 01 Jan 2015 00:00:00 GMT")
    ),
    FaultKind(
        "retry_after_beyond_time",
        "429 with a Retry-After in the year 99999999999",
        any_answer,
        _busy("Thu, 01 Jan 99999999999 00:00:00 GMT"),
    ),
    FaultKind("server_error_html", "500 with an HTML body", any_answer, instead(500, _HTML, _HTML_TYPE)),
    FaultKind("unavailable", "503 with an HTML body", any_answer, instead(503, _HTML, _HTML_TYPE)),
    FaultKind("server_error_json", "500 with a JSON envelope without rows", any_answer, instead(500, empty_page())),
    FaultKind("html_answer", "200 with an HTML body", any_answer, instead(200, _HTML, _HTML_TYPE)),
    FaultKind(
        "error_answer",
        "200 with a JSON error in place of a page",
        any_answer,
        instead(200, as_json({"detail": "Internal error, try again"})),
    ),
    FaultKind("cut_json", "200 with the first half of the JSON, its length to match", any_answer, _cut),
    FaultKind("dropped_connection", "the connection is closed in the middle of the body", any_answer, _dropped),
    FaultKind("stalled_answer", "nothing is sent until the client gives up", any_answer, _stalled),
    FaultKind("utf16_answer", "the page is in UTF-16", any_answer, _recoded("utf-16")),
    FaultKind("latin1_answer", "a catalogue's page is in Latin-1", has_rows, _recoded("latin-1"), ("kpi",)),
    FaultKind(
        "gzip_header_alone", "the page is not compressed, but a header says gzip", any_answer, _packed(bytes, "gzip")
    ),
    FaultKind(
        "gzip_unannounced",
        "the page is compressed with gzip, but no header says so",
        any_answer,
        _packed(gzip.compress, None),
    ),
    FaultKind(
        "zstd_answer",
        "the page is compressed with zstd, which was not offered",
        any_answer,
        _packed(zstandard.compress, "zstd"),
    ),
    FaultKind("gzip_bomb", "1 MB that decompresses to 256 MB", any_answer, _bomb(gzip_bomb, "gzip")),
    FaultKind(
        "gzip_in_gzip",
        "3 kB that decompresses in two steps to 256 MB",
        any_answer,
        _bomb(lambda: gzip.compress(gzip_bomb()), "gzip, gzip"),
    ),
    FaultKind("zstd_bomb", "100 kB that decompresses to 3 GB", any_answer, _bomb(zstd_bomb, "zstd")),
    FaultKind("huge_answer", "40 MB of spaces", any_answer, _huge),
    FaultKind(
        "dripping_head",
        "the headers are sent a byte at a time, without end",
        any_answer,
        _dripping_head,
        is_endless=True,
    ),
    FaultKind("dripping_body", "the body is sent a byte at a time", any_answer, _dripping_body, is_endless=True),
    FaultKind(
        "endless_hints", "informational responses (103) are sent without end", any_answer, _informing, is_endless=True
    ),
    FaultKind("other_source", "the page's X-Kolada-Source names another kind of values", any_answer, _other_source),
)
