"""The address of a lake, and the messages if a lake cannot be used."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

import sharing.lake
from cli.app import make_app
from pipeline.settings import Settings
from sharing import ShareError, place_named, share_home
from sharing.lake_address import LakeAddress
from tests.sharing.support import wished
from warehouse.database import connect
from warehouse.home import Home

WHERE = "ducklake:postgresql://kolada@db.example.se:5433/lake"


def test_an_address_says_catalogue_files_and_home() -> None:
    """Options of PostgreSQL are passed on, and a folder becomes absolute."""
    where = f"{WHERE}?sslmode=require&data=s3://bucket/lake&home=ale&core=yes"
    catalogue = "postgresql://kolada@db.example.se:5433/lake"
    assert place_named(where) == LakeAddress(where, f"{catalogue}?sslmode=require", "s3://bucket/lake/", "ale", True)
    place = place_named(f"{WHERE}?data=files&home=ale")
    assert isinstance(place, LakeAddress)
    assert (place.catalogue, place.data, place.is_core) == (catalogue, f"{Path('files').absolute()}/", False)


def test_a_lake_can_be_the_place_of_each_publication(monkeypatch: pytest.MonkeyPatch) -> None:
    """KOLADA_SHARE accepts the address of a lake."""
    where = f"{WHERE}?data=s3://bucket/lake&home=ale"
    monkeypatch.setenv("KOLADA_SHARE", where)
    wish = Settings().share_wish
    assert wish is not None
    assert (where, LakeAddress) == (wish.place, type(place_named(wish.place)))


@pytest.mark.parametrize(
    ("where", "told"),
    [
        ("ducklake:lake.ducklake?data=x&home=ale", "is not the address of a lake"),
        ("ducklake:postgresql://db.example.se?data=x&home=ale", "is not the address of a lake"),
        ("ducklake:postgresql://kolada:secret@db/lake?data=x&home=ale", "PGPASSWORD"),
        (f"{WHERE}?home=ale", "data=s3://bucket/prefix"),
        (f"{WHERE}?data=ftp://x&home=ale", "`ftp://x`"),
        (f"{WHERE}?data=x", "home=NAME"),
        (f"{WHERE}?data=x&home=core", "`core` cannot be the name"),
        (f"{WHERE}?data=x&home=Ale kommun", "`Ale kommun` cannot be the name"),
        (f"{WHERE}?data=x&home=ale&core=maybe", "`core=maybe`"),
    ],
)
def test_an_address_that_is_none_is_told(where: str, told: str) -> None:
    """An invalid address is refused with what is wrong and what to write, without its password."""
    with pytest.raises(ShareError) as caught:
        place_named(where)
    assert told in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_missing_extension_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing extension is reported with DuckDB's version and the packages to install."""
    monkeypatch.setattr(sharing.lake, "EXTENSIONS", {"no_such_extension": "no-such-extension"})
    empty = {"extension_directory": str(tmp_path), "custom_extension_repository": str(tmp_path / "none")}
    with connect(empty) as connection, pytest.raises(ShareError) as caught:
        sharing.lake.load_extensions(connection)
    told = str(caught.value)
    assert "`no_such_extension`" in told
    assert "pip install duckdb==1.5.5 duckdb-extension-no-such-extension==1.5.5" in told
    assert "install_extension('no_such_extension')" in told


@pytest.mark.parametrize("place", [f"{WHERE}?data=x&home=ale", "s3://bucket/prefix", "ftp://host/lake"])
def test_a_password_in_a_place_is_nowhere_told(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The password in a place is shown neither by a refused setting nor in a note nor by `kolada status`."""
    place = place.replace("kolada@", "").replace("://", "://kolada:hemligt@")
    monkeypatch.setenv("KOLADA_SHARE", place)
    told = CliRunner().invoke(make_app(), ["status", "--home", str(tmp_path)])
    assert told.exit_code == 2
    assert "KOLADA_SHARE = `" in told.stderr
    assert "kolada:…@" in told.stderr
    monkeypatch.delenv("KOLADA_SHARE")
    note = share_home(Home(tmp_path), wished(place))
    assert note.is_failed
    kept = (tmp_path / "sharing" / "last.json").read_text(encoding="utf-8")
    (tmp_path / "kolada.duckdb").touch()
    shared = CliRunner().invoke(make_app(["share", "sql"]), ["share", "--home", str(tmp_path), "--to", place])
    assert shared.exit_code != 0
    assert [
        text for text in (told.output, told.stderr, shared.output, note.message, note.place, kept) if "hemligt" in text
    ] == []
