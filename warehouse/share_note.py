"""Where a home's publications are to be shared, and the note of how the last share ended.

The note is a file of its own in the home, `sharing/last.json`. It is no part of the ledger: a share changes nothing of
what is published, and a lost note costs one more look at the place. `kolada status` compares it with what is published.
"""

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from warehouse.files import write_whole
from warehouse.home import Home
from warehouse.published_file import publication_of

NOTE: Final = "last.json"
_PASSWORD: Final = re.compile(r"(://[^/@\s:]*):[^/@\s]*@")


@dataclass(frozen=True, slots=True)
class ShareWish:
    """What a home's settings ask for.

    Attributes:
        place: a folder, `s3://bucket/prefix`, or the address of a lake.
        is_all: share names of persons, the log of requests and what runs said as well.
        keep: how many versions stay.
        min_days: versions younger than this stay, however many there are.
        wait: seconds to wait for another share of the same home.
    """

    place: str
    is_all: bool = False
    keep: int = 14
    min_days: float = 2.0
    wait: float = 600.0


@dataclass(frozen=True, slots=True)
class ShareNote:
    """How a share ended.

    Attributes:
        place: where to.
        run_id: of the publication that was to be shared; None where it could not be read.
        at: when it ended (UTC, ISO 8601).
        version: the version that holds the publication; None when the share failed.
        message: one sentence for people.
    """

    place: str
    run_id: str | None
    at: str
    version: str | None
    message: str

    @property
    def is_failed(self) -> bool:
        """Whether the place still has what it had before."""
        return self.version is None

    def holds(self, wish: ShareWish, run_id: str) -> bool:
        """Whether the place that is asked for has the publication of a run."""
        return (self.place, self.run_id) == (wish.place, run_id) and not self.is_failed


def write_share_note(home: Home, note: ShareNote) -> None:
    """Keep the note of a share, in place of the one before.

    Raises:
        OSError: the home cannot be written.
    """
    write_whole(note_path(home), json.dumps(asdict(note), ensure_ascii=False).encode(), aside=home.sharing)


def read_share_note(home: Home) -> ShareNote | None:
    """The note of the last share; None where nothing was shared, or the note is none of ours."""
    try:
        return ShareNote(**json.loads(note_path(home).read_bytes()))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError):
        # Somebody else's file: the publication counts as not shared, and the next share writes the note anew.
        return None


def is_shared(home: Home, wish: ShareWish) -> bool:
    """Whether the note says that the place has what the home has published.

    Raises:
        NotPublished: there is no published file.
        PublishedDamaged: it cannot be read.
    """
    note = read_share_note(home)
    return note is not None and note.holds(wish, publication_of(home.published).run_id)


def without_password(text: str) -> str:
    """A text whose addresses show no password: what is noted and told is read by more people than may know it."""
    return _PASSWORD.sub(r"\1:…@", text)


def note_path(home: Home) -> Path:
    """Where the note stands."""
    return home.sharing / NOTE
