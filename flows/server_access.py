"""Address and password of the Prefect server that `kolada serve` starts.

    $KOLADA_HOME/prefect/auth    `USER:PASSWORD`, readable only by the owner; created at the first start
    $KOLADA_HOME/prefect/url     the URL of the server's API, written at each start

Anyone who can read the password can make the service execute code, since a client of a Prefect server can change what
its deployments run. Prefect reads its settings when it is imported, so this module does not import it.
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
    """The files with address and password in one home.

    Attributes:
        home: KOLADA_HOME, not the home of the sample.
    """

    home: Path

    @property
    def auth_file(self) -> Path:
        """The path of the file with user and password."""
        return self.home / "prefect" / "auth"

    @property
    def url_file(self) -> Path:
        """The path of the file with the API's URL."""
        return self.home / "prefect" / "url"

    def make_password(self, chosen: str | None = None) -> str:
        """Return user and password, and write them to a file that only its owner can read.

        Existing ones are kept, unless others could read the file: then the password is replaced.

        Args:
            chosen: the ones that the operator has set, as `USER:PASSWORD`.

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
        """Return `USER:PASSWORD`; None if there is none or this user cannot read the file."""
        return content_of(self.auth_file)

    def remember_url(self, api_url: str) -> None:
        """Write the URL of the started server to its file."""
        self.url_file.write_text(f"{api_url}\n", encoding="utf-8")

    def password_for(self, environment: Mapping[str, str]) -> str | None:
        """Return the password for our own server; None for another server, or if the environment has a password."""
        if environment.get("PREFECT_API_AUTH_STRING") or self.host_in(environment) is None:
            return None
        return self.password()

    def host_in(self, environment: Mapping[str, str]) -> str | None:
        """Return the host of our own server if PREFECT_API_URL names it; else None."""
        url = environment.get("PREFECT_API_URL", "").rstrip("/")
        return urlsplit(url).hostname if url and url == content_of(self.url_file) else None

    def exports(self, environment: Mapping[str, str]) -> Iterator[str]:
        """Yield shell lines with which the `prefect` command can use the server, without a proxy.

        Args:
            environment: the variables of the shell.

        Raises:
            NoServer: no server was started from this home, or this user cannot read its password.
        """
        url, password = content_of(self.url_file), self.password()
        if url is None or password is None:
            raise NoServer(
                f"`{self.auth_file.parent}` has no address and password of a Prefect server that this user can "
                "read, so nothing was printed. Start one with `kolada serve`, name the home that it was started with "
                "(KOLADA_HOME), or run the command as its user: "
                "`sudo -u kolada KOLADA_HOME=/var/lib/kolada/data kolada serve --env`."
            )
        given = {"PREFECT_API_URL": url, "PREFECT_API_AUTH_STRING": password}
        if any(environment.get(name) for name in PROXY_VARIABLES):
            given |= variables_for_own_server(environment, urlsplit(url).hostname)
        yield from (f"export {name}={shlex.quote(value)}" for name, value in given.items())


def new_password() -> str:
    """Return a new random password as `USER:PASSWORD`."""
    return f"{USER}:{secrets.token_urlsafe(PASSWORD_BYTES)}"


def content_of(path: Path) -> str | None:
    """Return the content of a file of one line; None if it does not exist or this user cannot read it."""
    try:
        return path.read_text(encoding="utf-8").strip() or None
    except (FileNotFoundError, PermissionError, NotADirectoryError):
        return None
