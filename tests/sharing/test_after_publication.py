"""Sharing after a publication: it is automatic, and a failed share is reported and leaves the publication intact."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.app import make_app
from fake_kolada import apply_changes
from flows.events import notices
from flows.flow_run import flow_state
from pipeline.run_facts import RunFacts
from pipeline.run_page import summary
from pipeline.run_result import RunResult
from pipeline.settings import Settings
from pipeline.status import read_status
from sharing import share_home
from tests.conftest import Nights, small_home
from warehouse.home import Home
from warehouse.published_file import publication_of, read_whole


def warnings(nights: Nights) -> tuple[str, ...]:
    """Return the warnings of `kolada status`, except those on a rolled-back run."""
    found = read_status(nights.make_settings(), now=nights.now).warnings
    return tuple(warning for warning in found if "rolled_back" not in warning)


def shared_run(place: Path) -> str:
    """Return the run that a place shares."""
    return json.loads((place / "latest.json").read_text(encoding="utf-8"))["run_id"]


@pytest.fixture(scope="module")
def shared_nights(tmp_path_factory: pytest.TempPathFactory) -> tuple[Nights, Path, RunResult, RunResult]:
    """Two runs of a home that is shared to a folder; in the second run a file is in its place."""
    folder = tmp_path_factory.mktemp("shared")
    place = folder / "www"
    nights = small_home(folder / "home")
    nights.share = share_home
    nights.settings = {"share": str(place), "stale_hours": 100.0}
    first = nights.refresh()
    place.rename(folder / "away")
    place.write_text("no folder", encoding="utf-8")
    nights.fake.data = apply_changes(nights.fake.data, ["revised"])
    second = nights.refresh()
    place.unlink()
    (folder / "away").rename(place)
    return nights, place, first, second


@pytest.fixture
def home_of(shared_nights, tmp_path: Path) -> Nights:
    """A copy of that home after both runs."""
    nights, *_ = shared_nights
    copy = small_home(tmp_path / "home").after(nights)
    copy.share, copy.settings = nights.share, nights.settings
    return copy


@pytest.mark.slow
def test_each_publication_is_shared(shared_nights) -> None:
    """The first run is shared and reports it without a warning."""
    _, place, first, _ = shared_nights
    assert first.shared is not None
    assert (first.shared.is_failed, first.shared.run_id, first.warnings) == (False, first.run_id, ())
    assert (place / "versions" / str(first.shared.version) / "kolada.duckdb").exists()


@pytest.mark.slow
def test_a_share_that_fails_is_told_and_the_publication_stands(shared_nights, home_of: Nights) -> None:
    """After a failed share the run is published and the place unchanged; state, page, event and status name it."""
    nights, place, first, second = shared_nights
    assert (second.state, publication_of(second.published).run_id) == ("published", second.run_id)
    read_whole(second.published)
    assert shared_run(place) == first.run_id
    assert second.shared is not None
    told = second.shared.message
    assert str(place) in told
    assert second.warnings == (told,)
    state = flow_state(second)
    assert ("Published with warnings", 1) == (state.name, str(state.message).count(told))
    assert ("Delning misslyckades", told) in list(summary(second, nights.make_settings(), RunFacts()))
    (notice,) = notices(second, RunFacts())
    assert ("kolada.share.failed", f"kolada.run.{second.run_id}") == (notice.event, notice.resource_id)
    assert (notice.payload["message"], notice.payload["place"]) == (told, str(place))
    (warning,) = warnings(home_of)
    assert f"run `{second.run_id}` is published but not shared to `{place}`: run `kolada share`: {told}" == warning


@pytest.mark.slow
def test_the_next_run_makes_up_for_it_even_when_held(home_of: Nights, tmp_path: Path) -> None:
    """A held run shares the earlier publication if that was not shared yet, once."""
    home_of.settings = {**home_of.settings, "share": str(tmp_path / "www")}
    published = publication_of(home_of.home / "kolada.duckdb").run_id
    home_of.fake.data = apply_changes(home_of.fake.data, ["values_null:N15436"])
    held = home_of.refresh()
    assert (held.state, shared_run(tmp_path / "www")) == ("held", published)
    again = home_of.refresh()
    assert (again.state, again.shared) == ("held", None)


@pytest.mark.slow
def test_a_rollback_is_shared_as_a_new_state(
    shared_nights, home_of: Nights, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`kolada share` repeats a failed share; `rollback` and `restore` share the state that they publish."""
    _, _, first, second = shared_nights
    place = tmp_path / "www"
    monkeypatch.setenv("KOLADA_SHARE", str(place))
    home_of.settings = {**home_of.settings, "share": str(place)}
    app = make_app(["share", "rollback", "restore"])

    def give(*words: str) -> str:
        ended = CliRunner().invoke(app, [*words, "--home", str(home_of.home)])
        assert ended.exit_code == 0, ended.output
        return ended.output.replace("\n", "")

    assert f"Shared to {place}" in give("share")
    assert (shared_run(place), warnings(home_of)) == (second.run_id, ())
    assert f"Shared to {place}" in give("rollback")
    assert (shared_run(place), warnings(home_of)) == (first.run_id, ())
    (home_of.home / "kolada.duckdb").unlink()
    give("restore")
    assert (shared_run(place), warnings(home_of)) == (first.run_id, ())


@pytest.mark.slow
def test_a_rollback_stands_where_it_cannot_be_shared(home_of: Nights, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rollback whose share fails reports both and exits with 0."""
    monkeypatch.setenv("KOLADA_SHARE", "/dev/null/www")
    ended = CliRunner().invoke(make_app(["rollback", "sql"]), ["rollback", "--home", str(home_of.home)])
    assert (ended.exit_code, "Published again" in ended.output, "/dev/null/www" in ended.output) == (0, True, True)


@pytest.mark.slow
def test_a_share_that_never_ended_is_told(home_of: Nights) -> None:
    """Without a valid note of the last share, status reports the publication as not shared."""
    note = Home(home_of.home).sharing / "last.json"
    for content in (None, "[]", "{"):
        note.unlink() if content is None else note.write_text(content, encoding="utf-8")
        (warning,) = warnings(home_of)
        assert "is published but not shared to" in warning


def test_the_sample_is_never_shared_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """KOLADA_SHARE does not share the sample, and an invalid place is refused at the start."""
    monkeypatch.setenv("KOLADA_SHARE", "s3://bucket/prefix")
    assert (Settings.of(sample=True).share_wish, Settings().share) == (None, "s3://bucket/prefix")
    monkeypatch.setenv("KOLADA_SHARE", "ftp://x")
    with pytest.raises(ValueError, match="ftp://x"):
        Settings()
