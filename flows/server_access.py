"""Address and password of the Prefect server that `kolada serve` starts, for those who may ask it.

    $KOLADA_HOME/prefect/auth    `USER:PASSWORD`, readable by the owner alone; made at the first start
    $KOLADA_HOME/prefect/url     the server's API, written at each start

Who can read the password can have the service execute code: whoever may write to a Prefect server can change what its
deployments run. Prefect reads its settings when it is imported, so this knows nothing of Prefect.
"""

import os
import secrets
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from kolada_client.environment import PROXY_VARIABLES
from pipeline.source import variables_for_own_server

USER = "kolada"
PASSWORD_BYTES = 24
OWNER_ALONE = 0o600
FOLDER_OF_OWNER = 0o700
ANYBODY_ELSE = 0o077


class NoServer(RuntimeError):
    """No server was started from this home."""


@dataclass(frozen=True, slots=True)
class ServerAccess:
    """The files of one home.

    Attributes:
        home: KOLADA_HOME, not that of the sample.
    """

    home: Path

    @property
    def auth_file(self) -> Path:
        """The file with user and password."""
        return self.home / "prefect" / "auth"

    @property
    def url_file(self) -> Path:
        """The file with the API's address."""
        return self.home / "prefect" / "url"

    def make_password(self, chosen: str | None = None) -> str:
        """User and password, the ones that are there or new ones, in a file that its owner alone can read.

        A file that others could read is no secret any more: it gets a new password.

        Args:
            chosen: the operator's own, as `USER:PASSWORD`.

        Raises:
            OSError: the file cannot be written or read.
        """
        folder = self.auth_file.parent
        folder.mkdir(mode=FOLDER_OF_OWNER, parents=True, exist_ok=True)
        is_secret = self.auth_file.exists() and not self.auth_file.stat().st_mode & ANYBODY_ELSE
        kept = self.password() if is_secret else None
        password = chosen or kept or new_password()
        if password != kept:
            draft = folder / f".auth-{os.getpid()}"
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ALONE)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(f"{password}\n")
                file.flush()
                os.fsync(descriptor)
            draft.replace(self.auth_file)
        return password

    def password(self) -> str | None:
        """User and password as `USER:PASSWORD`; None where there are none or this user may not read them."""
        return content_of(self.auth_file)

    def remember_url(self, api_url: str) -> None:
        """Keep the address of the server that was started."""
        self.url_file.write_text(f"{api_url}\n", encoding="utf-8")

    def password_for(self, environment: Mapping[str, str]) -> str | None:
        """What a command is to add to its environment to be let in; None for another server, or where it is set."""
        if environment.get("PREFECT_API_AUTH_STRING") or self.host_in(environment) is None:
            return None
        return self.password()

    def host_in(self, environment: Mapping[str, str]) -> str | None:
        """The host of our own server, where PREFECT_API_URL names it; None for another server, or none."""
        url = environment.get("PREFECT_API_URL", "").rstrip("/")
        return urlsplit(url).hostname if url and url == content_of(self.url_file) else None

    def exports(self, environment: Mapping[str, str]) -> Iterator[str]:
        """Lines for a shell, so that Prefect's own command finds the server and is let in, past any proxy.

        Args:
            environment: the variables of the shell.

        Raises:
            NoServer: no server was started from this home, or this user may not read its password.
        """
        url, password = content_of(self.url_file), self.password()
        if url is None or password is None:
            raise NoServer(
                f"`{self.auth_file.parent}` has no address and password of a Prefect server that this user can "
                "read. Start one with `kolada serve`, name the home that it was started with (KOLADA_HOME), or ask as "
                "the user that it belongs to: `sudo -u kolada KOLADA_HOME=/var/lib/kolada/data kolada serve --env`."
            )
        given = {"PREFECT_API_URL": url, "PREFECT_API_AUTH_STRING": password}
        if any(environment.get(name) for name in PROXY_VARIABLES):
            given |= variables_for_own_server(environment, urlsplit(url).hostname)
        yield from (f"export {name}={shlex.quote(value)}" for name, value in given.items())


def new_password() -> str:
    """User and password as `USER:PASSWORD`, as nobody can guess them."""
    return f"{USER}:{secrets.token_urlsafe(PASSWORD_BYTES)}"


def content_of(path: Path) -> str | None:
    """The one line of a file; None where there is none or this user may not read it."""
    try:
        return path.read_text(encoding="utf-8").strip() or None
    except (FileNotFoundError, PermissionError, NotADirectoryError):
        return None
