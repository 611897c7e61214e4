"""The settings for sharing a home's publications, and the note of the last share.

The note is the file `sharing/last.json` in the home. It is not part of the ledger: a share does not change the
published file, and a lost note costs only one more request to the place. `kolada status` compares the note with the
published file.
"""

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path

from warehouse.files import write_whole
from warehouse.home import Home
from warehouse.published_file import publication_of

NOTE = "last.json"
_PASSWORD = re.compile(r"(://[^/@\s:]*):[^/@\s]*@")


@dataclass(frozen=True, slots=True)
class ShareWish:
    """The sharing settings of a home.

    Attributes:
        place: a folder, `s3://bucket/prefix`, or the address of a lake.
        is_all: also share names of persons, the log of requests and the messages of runs.
        keep: the number of versions to keep.
        min_days: versions younger than this are kept, however many there are.
        wait: seconds to wait for another share of the same home.
    """

    place: str
    is_all: bool
    keep: int
    min_days: float
    wait: float


@dataclass(frozen=True, slots=True)
class ShareNote:
    """The outcome of a share.

    Attributes:
        place: the place that was shared to.
        run_id: the run of the publication; None if it could not be read.
        at: when the share ended (UTC, ISO 8601).
        version: the version that contains the publication; None if the share failed.
        message: one sentence for users.
    """

    place: str
    run_id: str | None
    at: str
    version: str | None
    message: str

    @property
    def is_failed(self) -> bool:
        """Whether the share failed, so that the place is unchanged."""
        return self.version is None

    def holds(self, wish: ShareWish, run_id: str) -> bool:
        """Return whether the place in the settings has the publication of a run."""
        return (self.place, self.run_id) == (wish.place, run_id) and not self.is_failed


def write_share_note(home: Home, note: ShareNote) -> None:
    """Write the note of a share, in place of the earlier one.

    Raises:
        OSError: the home cannot be written.
    """
    write_whole(note_path(home), json.dumps(asdict(note), ensure_ascii=False).encode(), aside=home.sharing)


def read_share_note(home: Home) -> ShareNote | None:
    """Return the note of the last share; None if there is none, or the file is not a note of this software."""
    try:
        return ShareNote(**json.loads(note_path(home).read_bytes()))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError):
        # Not a note: the publication counts as not shared, and the next share writes the note again.
        return None


def is_shared(home: Home, wish: ShareWish) -> bool:
    """Return whether the place has the published file of the home, according to the note.

    Raises:
        NotPublished: there is no published file.
        PublishedDamaged: the published file cannot be read.
    """
    note = read_share_note(home)
    return note is not None and note.holds(wish, publication_of(home.published).run_id)


def without_password(text: str) -> str:
    """Return a text with the passwords in its addresses masked: notes and messages are read by many people."""
    return _PASSWORD.sub(r"\1:…@", text)


def note_path(home: Home) -> Path:
    """Return the path of the note."""
    return home.sharing / NOTE
