"""Proxies and certificates, as the environment names them.

    https_proxy, http_proxy, all_proxy    the proxy, by the scheme of the URL; in lower or upper case
    no_proxy                              the hosts to reach without a proxy, in every form that curl supports
    SSL_CERT_FILE, SSL_CERT_DIR           the trusted certificates, in place of certifi's

What belongs here: reading these variables, and a message about each unusable one. httpx reads them too, but it supports
fewer forms of NO_PROXY and raises errors of many kinds. Invariant: a password in a proxy's address is never shown.
"""

import re
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies

import certifi
import httpx

from kolada_client.errors import InvalidEnvironment

PROXY_VARIABLES = tuple(name for word in ("https_proxy", "http_proxy", "all_proxy") for name in (word, word.upper()))
SYSTEM = "the system's settings"
CHECK_NETWORK = "Check the network and KOLADA_BASE_URL"
_DEFAULT_PORTS = {"http": 80, "https": 443}
_HIGHEST_PORT = 65535


@dataclass(frozen=True, slots=True)
class WayOut:
    """Proxy and certificates of the requests to one host.

    Attributes:
        host: the host of the requests.
        proxy: the proxy's address with its password, or None if no proxy is used.
        proxy_source: the variable that names the proxy, or the system's settings; None if no proxy is named.
        exception: the entry of NO_PROXY that covers the host; None if none does.
        certificates: the file or folder of trusted certificates.
        certificates_source: the variable that names it, or `certifi`.
    """

    host: str
    proxy: str | None
    proxy_source: str | None
    exception: str | None
    certificates: Path
    certificates_source: str

    def trust(self) -> ssl.SSLContext:
        """Return the certificates as a TLS context.

        Raises:
            InvalidEnvironment: the file or folder contains none.
        """
        return _trust(self.certificates_source, self.certificates)

    def proxy_for_httpx(self, trust: ssl.SSLContext) -> httpx.Proxy | None:
        """Return the proxy in httpx's form; None if no proxy is used.

        Raises:
            InvalidEnvironment: the address is not that of a proxy.
        """
        return None if self.proxy is None else _proxy(self.proxy_source or SYSTEM, self.proxy, trust)

    def lines(self) -> tuple[str, str]:
        """Describe proxy and certificates in two sentences, without passwords."""
        if self.proxy is not None:
            way = f"{self.host} is asked through the proxy `{shown(self.proxy)}` ({self.proxy_source})."
        elif self.exception is not None:
            way = f"{self.host} is asked directly: NO_PROXY has `{self.exception}`, before {self.proxy_source}."
        else:
            way = f"{self.host} is asked directly: no proxy is named."
        return way, f"Certificates are trusted as in `{self.certificates}` ({self.certificates_source})."

    def remedy(self, error: Exception) -> str:
        """Return advice for a failed connection: the beginning of a sentence."""
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            return (
                f"Its certificate is not among those in `{self.certificates}` ({self.certificates_source}): where a "
                "proxy inspects TLS, name a file with its root certificate, `SSL_CERT_FILE=FILE`"
            )
        if self.proxy is not None:
            return f"Check the proxy `{shown(self.proxy)}` ({self.proxy_source}), the network and KOLADA_BASE_URL"
        return CHECK_NETWORK


def way_out(url: str, environment: Mapping[str, str]) -> WayOut:
    """Return proxy and certificates for a URL by these variables; nothing is opened or checked.

    Args:
        url: the URL to request.
        environment: the variables, such as os.environ.
    """
    parts = urlsplit(url)
    source, proxy = _proxy_variable(parts.scheme, environment)
    exception = None
    if proxy is not None:
        port = parts.port or _DEFAULT_PORTS.get(parts.scheme, 0)
        exceptions = environment.get("no_proxy", environment.get("NO_PROXY", ""))
        exception = next(
            (entry for entry in no_proxy_entries(exceptions) if _covers(entry, parts.hostname or "", port)), None
        )
    certificates_source, certificates = _certificates(environment)
    return WayOut(
        host=parts.hostname or url,
        proxy=None if exception is not None else proxy,
        proxy_source=source,
        exception=exception,
        certificates=certificates,
        certificates_source=certificates_source,
    )


def check_environment(environment: Mapping[str, str]) -> None:
    """Raise for a variable that software built on httpx cannot use, whatever the host.

    Raises:
        InvalidEnvironment: the first variable that cannot be used.
    """
    trust = _trust(*_certificates(environment))
    for name in PROXY_VARIABLES:
        if environment.get(name):
            _proxy(name, environment[name], trust)


def no_proxy_entries(text: str) -> Iterator[str]:
    """Return the entries of NO_PROXY, which commas or spaces separate."""
    return (entry for entry in re.split(r"[,\s]+", text) if entry)


def shown(proxy: str) -> str:
    """Return a proxy's address on one line, without user and password."""
    masked = re.sub(r"^([a-z0-9+]+://)?.*@", r"\1***@", proxy, flags=re.IGNORECASE | re.DOTALL)
    return "".join(character if character.isprintable() else repr(character)[1:-1] for character in masked)


def _proxy_variable(scheme: str, environment: Mapping[str, str]) -> tuple[str | None, str | None]:
    """Return the variable that names a scheme's proxy, and the proxy; lower case takes precedence, as in curl."""
    for word in (f"{scheme}_proxy", "all_proxy"):
        for name in (word, word.upper()):
            if name in environment:
                # A variable that is set but empty means no proxy, whatever the upper-case one says.
                if environment[name]:
                    return name, environment[name]
                break
    if any(environment.get(name) for name in PROXY_VARIABLES):
        return None, None
    of_system = getproxies().get(scheme)
    return (SYSTEM, of_system) if of_system else (None, None)


def _covers(entry: str, host: str, port: int) -> bool:
    """Return whether an entry of NO_PROXY covers a host: the host, a parent domain, or a network that contains it."""
    if entry == "*":
        return True
    address = _address(host)
    name, network_port = _without_port(entry)
    if network_port is not None and network_port != port:
        return False
    if address is not None:
        try:
            return address in ip_network(name.strip("[]"), strict=False)
        except ValueError:
            return False
    wanted = name.removeprefix("*").removeprefix(".").removesuffix(".").lower()
    asked = host.removesuffix(".").lower()
    return bool(wanted) and (asked == wanted or asked.endswith(f".{wanted}"))


def _address(host: str) -> object:
    try:
        return ip_address(host.strip("[]"))
    except ValueError:
        return None


def _without_port(entry: str) -> tuple[str, int | None]:
    found = re.fullmatch(r"(\[.*\]|[^:]*):(\d{1,5})", entry)
    return (found[1], int(found[2])) if found else (entry, None)


def _proxy(source: str, address: str, trust: ssl.SSLContext) -> httpx.Proxy:
    try:
        url = httpx.URL(address if "://" in address else f"http://{address}")
        if not url.host or (url.port or 1) > _HIGHEST_PORT:
            raise ValueError("it has no host" if not url.host else f"there is no port {url.port}")  # noqa: TRY301
        # httpx accepts no TLS settings for a proxy that is reached without TLS.
        proxy = httpx.Proxy(url, ssl_context=trust if url.scheme == "https" else None)
    except (ValueError, httpx.InvalidURL) as error:
        problem = str(error).replace(address, shown(address))
        raise InvalidEnvironment(
            f"{source} = `{shown(address)}` names no proxy that can be used ({problem}); nothing was sent. "
            "Give it as `http://HOST:PORT` (or https, socks5, socks5h in place of http), or unset it."
        ) from None
    return proxy


def _certificates(environment: Mapping[str, str]) -> tuple[str, Path]:
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        if environment.get(name):
            return name, Path(environment[name])
    return "certifi", Path(certifi.where())


def _trust(source: str, certificates: Path) -> ssl.SSLContext:
    try:
        if source == "SSL_CERT_DIR":
            next(certificates.iterdir(), None)
            return ssl.create_default_context(capath=str(certificates))
        return ssl.create_default_context(cafile=str(certificates))
    except (OSError, ssl.SSLError) as error:
        problem = error.strerror or str(error)
        raise InvalidEnvironment(
            f"{source} = `{certificates}` gives no certificates to trust ({problem}); nothing was sent. "
            "Name a readable file of certificates in PEM form (SSL_CERT_DIR: a folder of them), or unset it."
        ) from None
