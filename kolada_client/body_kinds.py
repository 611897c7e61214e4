"""Descriptions, for messages, of bodies that are not a page of the API.

What belongs here: telling a web page from a truncated response, an error, another character set or compressed bytes, so
that a message names the true cause. Invariant: every body has a description, which is short and printable anywhere.
"""

import codecs
import json
from typing import Any

from kolada_client.errors import KoladaUnreadable

_SHOWN = 120
_DEPTH = 3
_PACKED = {
    b"\x1f\x8b": "gzip",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"PK\x03\x04": "zip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"%PDF-": "PDF",
}
_WIDE = {
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}
_ERROR_FIELDS = ("detail", "error", "errors", "message", "title")


def brief_text(text: str | bytes) -> str:
    """Return the beginning of an external text on one line, with unprintable characters escaped."""
    start = text[: _SHOWN + 3].decode(errors="backslashreplace") if isinstance(text, bytes) else text
    begun = start[:_SHOWN].strip()
    shown = "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in begun)
    return shown + "…" if len(text) > _SHOWN else shown


def brief_json(value: Any) -> str:  # noqa: ANN401 - whatever JSON holds
    """Return a JSON value as text that is short enough for a message."""
    if isinstance(value, int) and abs(value) >= 10**_SHOWN:
        return f"a whole number of more than {_SHOWN} digits"
    return brief_text(json.dumps(_begun(value, depth=0), ensure_ascii=False))


def _begun(value: Any, depth: int) -> Any:  # noqa: ANN401 - as above
    """Return the beginning of a text, a list or an object, however long and deep the whole is."""
    if isinstance(value, str):
        return value[: _SHOWN + 1]
    if isinstance(value, dict | list) and depth == _DEPTH:
        return "…"
    if isinstance(value, dict):
        return {name[:_SHOWN]: _begun(value[name], depth + 1) for name in list(value)[:_SHOWN]}
    return [_begun(each, depth + 1) for each in value[:_SHOWN]] if isinstance(value, list) else value


def unreadable(what: str, url: str) -> KoladaUnreadable:
    """Return the error for a response with status 200 that is not a page; `what` describes it."""
    return KoladaUnreadable(
        f"Kolada answered 200 with {what}, so there are no rows to read. The request was `{url}`. "
        "Try again later, or run `kolada doctor` to see what the API answers now.",
        url=url,
        status=200,
    )


def what_came(body: bytes) -> str:
    """Describe a body that cannot be read as JSON."""
    if not body.strip():
        return "an empty body"
    packing = next((name for magic, name in _PACKED.items() if body.startswith(magic)), None)
    if packing is not None:
        return f"`{len(body)}` bytes of {packing} that no header announced"
    charset = _charset(body)
    if charset is not None:
        return f"text in {charset} where UTF-8 was due (it begins `{_read_as(body, charset)}`)"
    start = brief_text(body)
    if start.startswith("<"):
        return f"a web page (`{start}`)"
    return f"`{len(body)}` bytes that are no whole JSON document (they begin `{start}`)"


def error_in(document: object) -> str | None:
    """Describe a JSON document that is an error in place of a page; None for any other document."""
    if not isinstance(document, dict) or "values" in document or not any(name in document for name in _ERROR_FIELDS):
        return None
    return f"an error in the place of rows (`{brief_json(document)}`)"


def _charset(body: bytes) -> str | None:
    """Return the character set of a body that is not UTF-8; None if it is UTF-8."""
    wide = next((name for mark, name in _WIDE.items() if body.startswith(mark)), None)
    if wide is not None:
        return wide
    try:
        body.decode()
    except UnicodeDecodeError:
        return "UTF-16" if b"\0" in body[:_SHOWN] else "Latin-1"
    return "UTF-16" if b"\0" in body[:4] else None


def _read_as(body: bytes, charset: str) -> str:
    """Return the beginning of a body, decoded from that character set."""
    codec = {"UTF-16": "utf-16" if body[:2] in _WIDE else "utf-16-le", "UTF-32": "utf-32"}.get(charset, "latin-1")
    return brief_text(body[: 4 * _SHOWN].decode(codec, errors="replace"))
