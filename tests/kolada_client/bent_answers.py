"""Random mutations of responses: the document, its text and its transfer. The same number gives the same response."""

import copy
import gzip
import json
import math
import random
import zlib
from collections.abc import Callable
from typing import Any

import httpx
import polars as pl
import zstandard

from kolada_client import (
    DATA_SCHEMA,
    GROUP_SCHEMA,
    KPI_SCHEMA,
    MUNICIPALITY_SCHEMA,
    OU_DATA_SCHEMA,
    OU_SCHEMA,
    CatalogueRequest,
    DataRequest,
)

BASE = "https://kolada.test/v3"
MEGABYTE = 1024 * 1024

Json = Any
Bend = Callable[[random.Random, Json], Json]

REQUESTS: dict[str, tuple[DataRequest | CatalogueRequest, dict[str, pl.DataType]]] = {
    "data": (DataRequest(("N15436", "U09800"), ("0180", "0114", "G2328")), DATA_SCHEMA),
    "oudata": (DataRequest(("N15436",), ("V15E018000101",), unit_kind="ou"), OU_DATA_SCHEMA),
    "kpi": (CatalogueRequest("kpi"), KPI_SCHEMA),
    "kpi_groups": (CatalogueRequest("kpi_groups"), GROUP_SCHEMA),
    "municipality": (CatalogueRequest("municipality"), MUNICIPALITY_SCHEMA),
    "municipality_groups": (CatalogueRequest("municipality_groups"), GROUP_SCHEMA),
    "ou": (CatalogueRequest("ou"), OU_SCHEMA),
}


# ---------------------------------------------------------------------- valid pages


def sound_page(dice: random.Random, kind: str, start: int = 0) -> Json:
    """Return a valid response page of a few entries, rarely of thousands."""
    size = dice.choice([1, 2, 3, 10, 3000 if dice.random() < 0.02 else 20])
    rows = [ENTRIES[kind](dice, number) for number in range(start, start + size)]
    return {"values": rows, "count": len(rows), "next_url": None, "previous_url": None}


def data_row(dice: random.Random, number: int, unit: str, units: list[str], kpis: list[str]) -> Json:
    """Return a data row; each number gives a different cell."""
    number, year = divmod(number, 60)
    kpi, place = kpis[number % len(kpis)], units[number // len(kpis) % len(units)]
    cells = [
        {"gender": gender, "count": 1, "status": "", "value": round(dice.uniform(-100, 1e6), 4), "isdeleted": False}
        for gender in dice.sample("TKM", dice.choice([1, 3]))
    ]
    return {"values": cells, "kpi": kpi, "period": 1970 + year, unit: place}


def kpi_entry(dice: random.Random, number: int) -> Json:
    """Return a KPI of the catalogue."""
    return {
        "id": f"N{number:05d}",
        "title": f"Påhittat nyckeltal {number}, andel (%)",
        "description": "Rad ett\\nrad två. Källa: Ingen.",
        "is_divided_by_gender": dice.random() < 0.5,
        "municipality_type": dice.choice("KLA"),
        "auspice": dice.choice(["X", None]),
        "operating_area": "Befolkning",
        "perspective": dice.choice(["Volymer", None]),
        "prel_publication_date": None,
        "publication_date": dice.choice(["2027-01-19", None]),
        "publ_period": dice.choice(["2026", None]),
        "has_ou_data": False,
    }


def group_entry(dice: random.Random, number: int) -> Json:
    """Return a group and its members."""
    members = [{"member_id": f"{member:04d}", "member_title": f"Ort {member}"} for member in range(dice.choice([0, 7]))]
    return {"id": f"G{number:05d}", "title": f"Liknande kommuner {number}", "members": members}


ENTRIES: dict[str, Callable[[random.Random, int], Json]] = {
    "data": lambda dice, n: data_row(dice, n, "municipality", ["0180", "0114", "G2328"], ["N15436", "U09800"]),
    "oudata": lambda dice, n: data_row(dice, n % 60, "ou", ["V15E018000101"], ["N15436"]),
    "kpi": kpi_entry,
    "kpi_groups": group_entry,
    "municipality": lambda dice, n: {"id": f"{n:04d}", "title": f"Ort {n}", "type": dice.choice("KL")},
    "municipality_groups": group_entry,
    "ou": lambda _, n: {"id": f"V15E{n:09d}", "title": "Skola", "municipality": "0180"},
}


# ---------------------------------------------------------------------- mutations of the document

LEAVES: list[Json] = [
    *(None, True, False, "", "0", "1,5", [], {}, [[]], [None], {"a": {"b": [1]}}, 0, -1, 2**31, 2**63, 2**64, 2**128),
    *(10**38, 10**308, 10**400, -(10**400), 0.1, 1e28, 1e300, 1.7976931348623157e308, 5e-324, -0.0),
    *(math.nan, math.inf, -math.inf, 2023.5, "\ud83d", "\udc00x", "\0", "a\0b", "\u202e\u0085\u2028", "\x1b[31m"),
    *("\ufeff", "å" * 1000, "x" * 100_000, "\U0001f600" * 10_000, "G2328", "N15436", "0180", "T", "Missing", ":" * 50),
]
LINKS: list[Json] = [
    *(f"{BASE}/data/kpi/N15436?page=2", f"{BASE}/../x", f"{BASE}/%2e%2e/x", "https://evil.test/v3/x", "http://[::1"),
    *("https://kolada.test:x/v3/y", "https://kolada.test:99999/v3/y", "//", "", " ", "\0", "\ud800", "javascript:1"),
    *(f"{BASE}/{'x' * 70_000}", "https://kolada.test\r\n/v3/y", 5, [], {}, True, "https://user@kolada.test/v3/y"),
    *("http://kolada.test/v3/kpi?page=2", "HTTPS://KOLADA.TEST/v3/kpi?page=2", "https://[fe80::1%25eth0]/v3/x"),
]


def places(document: Json) -> list[tuple[Json, Json]]:
    """Return each place in a document as its container and key; of a long list only the first 30 entries."""
    found: list[tuple[Json, Json]] = []
    waiting = [document]
    while waiting and len(found) < 500:
        container = waiting.pop()
        keys = list(container) if isinstance(container, dict) else range(min(len(container), 30))
        for key in keys:
            found.append((container, key))
            if isinstance(container[key], dict | list):
                waiting.append(container[key])
    return found


def objects(document: Json) -> list[Json]:
    """Return the JSON objects of a document."""
    inner = [container[key] for container, key in places(document) if isinstance(container[key], dict)]
    return [document, *inner] if isinstance(document, dict) else inner


def replace_leaf(dice: random.Random, document: Json) -> Json:
    """Replace one value."""
    container, key = dice.choice(places(document))
    container[key] = copy.deepcopy(dice.choice(LEAVES))
    return document


def rename_key(dice: random.Random, document: Json) -> Json:
    """Rename one field."""
    target = dice.choice(objects(document))
    if target:
        name = dice.choice(sorted(target))
        target[dice.choice([f"{name}x", name.upper(), name[::-1], "", "\ud800", "a:b"])] = target.pop(name)
    return document


def remove_key(dice: random.Random, document: Json) -> Json:
    """Remove one field."""
    target = dice.choice(objects(document))
    if target:
        del target[dice.choice(sorted(target))]
    return document


def add_keys(dice: random.Random, document: Json) -> Json:
    """Add unknown fields, rarely many thousands of them."""
    target = dice.choice(objects(document))
    for number in range(dice.choice([1, 3, 200, 50_000])):
        target[f"new{number}"] = copy.deepcopy(dice.choice(LEAVES[:20]))
    return document


def repeat_entry(dice: random.Random, document: Json) -> Json:
    """Repeat one entry of a list."""
    lists = [document["values"], *(entry.get("values") for entry in objects(document))]
    target = dice.choice([each for each in lists if isinstance(each, list) and each] or [[None]])
    target.insert(dice.randrange(len(target) + 1), copy.deepcopy(dice.choice(target)))
    document["count"] = len(document["values"])
    return document


def bend_link(dice: random.Random, document: Json) -> Json:
    """Replace one of the links."""
    document[dice.choice(["next_url", "previous_url"])] = copy.deepcopy(dice.choice(LINKS))
    return document


def bend_count(dice: random.Random, document: Json) -> Json:
    """Replace the count in the envelope."""
    document["count"] = copy.deepcopy(dice.choice(LEAVES))
    return document


def no_values(dice: random.Random, document: Json) -> Json:
    """Replace the whole document."""
    errors = [
        {"detail": "Internal error"},
        {"error": {"code": 500}},
        {"title": "x", "status": 502},
        {"message": "\ud800"},
    ]
    return copy.deepcopy(dice.choice([*LEAVES, *errors, [document], {"values": document}, {"detail": document}]))


DOCUMENT_BENDS: list[Bend] = [replace_leaf, rename_key, remove_key, add_keys, repeat_entry, bend_link, bend_count]


# ---------------------------------------------------------------------- mutations of the text

NUMBERS = ["1e400", "-1e999", "01", "1.", ".5", "+1", "0x10", "-", "9" * 5000, "1e-400", "1E+2", "NaN", "Infinity"]
INSERTS = [
    b"\0",
    b"\xff",
    b"\xed\xa0\x80",
    b"\xc0\xaf",
    b"}",
    b"]",
    b"{",
    b"[",
    b",",
    b":",
    b'"',
    b"\\",
    b"\\u",
    b"\\ud800",
]


def as_text(document: Json) -> bytes:
    """Return a document as JSON; an unpaired surrogate becomes an escape."""
    return json.dumps(document, ensure_ascii=False).encode(errors="backslashreplace")


def cut(dice: random.Random, body: bytes) -> bytes:
    """Truncate a body."""
    return body[: dice.randrange(len(body) + 1)]


def flip(dice: random.Random, body: bytes) -> bytes:
    """Replace one byte."""
    at = dice.randrange(len(body) + 1)
    return body[:at] + bytes([dice.randrange(256)]) + body[at + 1 :]


def insert(dice: random.Random, body: bytes) -> bytes:
    """Insert bytes at a random position."""
    at = dice.randrange(len(body) + 1)
    return body[:at] + dice.choice(INSERTS) + body[at:]


def append(dice: random.Random, body: bytes) -> bytes:
    """Append bytes."""
    return body + dice.choice([b"null", b"{}", body[:200], b"\0", b"]", b" " * MEGABYTE])


def other_number(dice: random.Random, body: bytes) -> bytes:
    """Replace a number with one that Python's JSON would not write."""
    number = dice.choice(NUMBERS).encode()
    return body.replace(dice.choice([b": 1,", b": 0,", b": 1970,", b"false,"]), b": " + number + b",", 1)


def name_twice(dice: random.Random, body: bytes) -> bytes:
    """Write the same field twice in one object."""
    name = dice.choice([b'"value":', b'"count":', b'"id":', b'"values":', b'"gender":'])
    return body.replace(name, name + b" 1, " + name, 1)


def deepen(dice: random.Random, body: bytes) -> bytes:
    """Replace a null with deeply nested lists or objects."""
    deep = dice.choice([100, 900, 1100, 100_000])
    opened, closed = dice.choice([(b"[", b"]"), (b'{"a":', b"}")])
    return body.replace(b"null", opened * deep + b"1" + closed * deep, 1)


def crowd(dice: random.Random, _body: bytes) -> bytes:
    """Return a list of very many small values instead of the body."""
    count = dice.choice([100, 2_500_000])
    return b'{"values": [' + dice.choice([b"{},", b"[],", b"0,", b'"ab",']) * count + b"0]}"


BYTE_BENDS: list[Callable[[random.Random, bytes], bytes]] = [
    *(cut, flip, flip, insert, insert, append, other_number, other_number, name_twice, deepen, crowd),
]


def recode(dice: random.Random, body: bytes) -> bytes:
    """Encode the body in another character set, or add a byte order mark."""
    text = body.decode(errors="replace")
    codec = dice.choice(["utf-16", "utf-16-le", "utf-32", "latin-1", "cp1252", "utf-8-sig", "utf-7"])
    return text.encode(codec, errors="replace")


# ---------------------------------------------------------------------- mutations of the transfer


def pack(dice: random.Random, body: bytes, headers: dict[str, Any]) -> bytes:
    """Compress the body or not, and set a `Content-Encoding` that may not match."""
    packs: list[Callable[[bytes], bytes]] = [bytes, gzip.compress, zlib.compress, zstandard.compress]
    packed = dice.choice(packs)(body)
    if dice.random() < 0.3:
        packed = gzip.compress(packed, mtime=0)
    if dice.random() < 0.3:
        packed = packed[: dice.randrange(len(packed) + 1)]
    names = ["gzip", "gzip", "gzip, gzip", "zstd", "br", "deflate", "identity", "", "x" * 9000, "\xff", ",,,"]
    headers["content-encoding"] = dice.choice(names).encode("latin-1")
    return packed


def bend_headers(dice: random.Random, headers: dict[str, Any]) -> int:
    """Set an unexpected header and return an unexpected status."""
    odd = dice.choice([b"", b"0", b"-1", b"\xff\xfe", b"x" * 9000, b"Thu, 01 Jan 99999999999 00:00:00 GMT", b"9" * 400])
    name = dice.choice(["retry-after", "location", "content-type", "x-kolada-source", "set-cookie", "date", "link"])
    headers[name] = dice.choice([odd, b"http://[::1", b"https://kolada.test:x/", b"text/html; charset=\xff", b"sample"])
    return dice.choice([200, 200, 204, 206, 301, 302, 304, 307, 400, 404, 408, 410, 418, 422, 429, 500, 503, 599])


def bent_answer(number: int) -> tuple[str, Callable[[httpx.Request], httpx.Response]]:
    """Return the table to request and a handler: its first response is mutated, later ones are mutated or valid."""
    dice = random.Random(number)
    kind = dice.choice(sorted(REQUESTS))
    document = sound_page(dice, kind)
    headers: dict[str, Any] = {}
    status = 200
    where = dice.random()
    for _ in range(dice.choice([1, 1, 2, 3])):
        if where < 0.6 and isinstance(document, dict) and isinstance(document.get("values"), list):
            bends = DOCUMENT_BENDS if dice.random() < 0.95 else [no_values]
            document = dice.choice(bends)(dice, document)
    body = as_text(document)
    if where > 0.5:
        body = dice.choice(BYTE_BENDS)(dice, body)
    if dice.random() < 0.05:
        body = recode(dice, body)
    if dice.random() < 0.1:
        body = pack(dice, body, headers)
    if dice.random() < 0.1:
        status = bend_headers(dice, headers)
    later = as_text(sound_page(dice, kind, start=5000)) if dice.random() < 0.3 else body
    asked = 0

    def answer(_request: httpx.Request) -> httpx.Response:
        nonlocal asked
        asked += 1
        if asked > 1:
            return httpx.Response(200, stream=httpx.ByteStream(later))
        return httpx.Response(status, stream=httpx.ByteStream(body), headers=headers)

    return kind, answer
