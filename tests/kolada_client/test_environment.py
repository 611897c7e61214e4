"""Proxies and certificates from the environment: the forms that curl accepts, and a clear error for the others."""

import socket
import ssl
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from fake_kolada import FakeKolada, sample_data
from kolada_client import InvalidEnvironment, KoladaClient, KoladaNotFound, KoladaUnreachable
from kolada_client.environment import check_environment, shown, way_out

URL = "https://api.kolada.se/v3"
PROXY = "http://proxy.example:3128"


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, (None, None)),
        ({"HTTPS_PROXY": PROXY}, (PROXY, "HTTPS_PROXY")),
        ({"https_proxy": PROXY, "HTTPS_PROXY": "http://other:1"}, (PROXY, "https_proxy")),
        ({"https_proxy": "", "HTTPS_PROXY": PROXY}, (None, None)),
        ({"ALL_PROXY": "socks5://proxy.example:1080"}, ("socks5://proxy.example:1080", "ALL_PROXY")),
        ({"ALL_PROXY": "http://other:1", "https_proxy": PROXY}, (PROXY, "https_proxy")),
        ({"HTTP_PROXY": PROXY}, (None, None)),
        ({"HTTPS_PROXY": "proxy.example:3128"}, ("proxy.example:3128", "HTTPS_PROXY")),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, dict) else None,
)
def test_the_proxy_of_a_scheme(environment, expected):
    """The variable of the scheme takes precedence over `ALL_PROXY`, lower case over capitals; empty is ignored."""
    way = way_out(URL, environment)
    assert expected == (way.proxy, way.proxy_source)


@pytest.mark.parametrize(
    ("no_proxy", "url", "is_direct"),
    [
        ("api.kolada.se", URL, True),
        ("API.Kolada.SE", URL, True),
        ("kolada.se", URL, True),
        (".kolada.se", URL, True),
        ("*.kolada.se", URL, True),
        ("kolada.se.", URL, True),
        ("olada.se", URL, False),
        ("other.example, kolada.se", URL, True),
        ("other.example kolada.se", URL, True),
        (" other.example ,,\tkolada.se ", URL, True),
        ("*", URL, True),
        ("other.example,*", URL, True),
        ("", URL, False),
        ("kolada.se:443", URL, True),
        ("kolada.se:8443", URL, False),
        ("kolada.se:8443", "https://api.kolada.se:8443/v3", True),
        ("192.168.1.7", "https://192.168.1.7/v3", True),
        ("192.168.0.0/16", "https://192.168.1.7/v3", True),
        ("10.0.0.0/8", "https://192.168.1.7/v3", False),
        ("192.168.1", "https://192.168.1.7/v3", False),
        ("::1", "https://[::1]/v3", True),
        ("[::1]", "https://[::1]:8443/v3", True),
        ("fd00::/8", "https://[fd12::7]/v3", True),
        ("[fd00::]/8,localhost", "https://localhost/v3", True),
        ("[broken, 300.0.0.0/99", URL, False),
    ],
)
def test_the_hosts_that_are_asked_directly(no_proxy, url, is_direct):
    """NO_PROXY accepts hosts, domains with and without a dot, networks, and IPv6 with and without brackets."""
    for name in ("no_proxy", "NO_PROXY"):
        way = way_out(url, {"https_proxy": PROXY, name: no_proxy})
        assert is_direct == (way.proxy is None)
        assert is_direct == (way.exception is not None)


@pytest.mark.parametrize(
    "proxy",
    [
        "http://proxy.example:port",
        "http://proxy.example:99999",
        "socks4://proxy.example:1080",
        "ftp://proxy.example",
        "http://",
        "http://[::1:80",
        "http://proxy.example:80\n",
    ],
)
@pytest.mark.parametrize("name", ["https_proxy", "HTTPS_PROXY", "ALL_PROXY"])
def test_a_proxy_that_cannot_be_one_is_named(name, proxy):
    """An unusable proxy is refused with its variable, its value and the form to write."""
    environment = {name: proxy}
    with pytest.raises(InvalidEnvironment, match=rf"^{name} = `.*` names no proxy .* `http://HOST:PORT`"):
        KoladaClient(URL, environment=environment)
    with pytest.raises(InvalidEnvironment, match=rf"^{name} = "):
        check_environment(environment)
    KoladaClient(URL, environment=environment | {"NO_PROXY": "kolada.se"}).close()


def test_a_password_is_never_shown():
    """No message about a proxy shows its user or password."""
    for proxy in ("socks4://kim:s3cret@proxy.example:1", "kim:s3cret@proxy.example:port", "http://kim:p@s3cret@x:1"):
        assert "s3cret" not in shown(proxy)
        assert "s3cret" not in " ".join(way_out(URL, {"ALL_PROXY": proxy}).lines())
    with pytest.raises(InvalidEnvironment) as refused:
        KoladaClient(URL, environment={"ALL_PROXY": "socks4://kim:s3cret@proxy.example:1"})
    assert "s3cret" not in str(refused.value)
    assert "***@proxy.example" in str(refused.value)


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_certificates_that_cannot_be_read_are_named(name, tmp_path):
    """A missing certificate file, a folder in its place and a text without a certificate are named."""
    (tmp_path / "text.pem").write_text("no certificate", encoding="utf-8")
    wrong = {"SSL_CERT_FILE": ["absent.pem", ".", "text.pem"], "SSL_CERT_DIR": ["absent", "text.pem"]}[name]
    for each in wrong:
        path = tmp_path / each
        with pytest.raises(InvalidEnvironment, match=rf"^{name} = `{path}` gives no certificates"):
            KoladaClient(URL, environment={name: str(path)})


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Return a self-signed certificate of 127.0.0.1 and its key in one file."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(days=1), now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "both.pem").write_bytes(made.public_bytes(pem) + secret)
    return folder / "both.pem"


def test_certificates_of_the_environment_are_trusted(certificate):
    """A server whose certificate is in SSL_CERT_FILE is trusted; otherwise the error names the variable."""

    class Nothing(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_error(404)

        def log_message(self, *_):
            """Log nothing."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with ThreadingHTTPServer(("127.0.0.1", 0), Nothing) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        Thread(target=server.serve_forever).start()
        url = f"https://127.0.0.1:{server.server_port}/v3"
        trusted = {"SSL_CERT_FILE": str(certificate)}
        with KoladaClient(url, environment=trusted, max_attempts=1) as client, pytest.raises(KoladaNotFound):
            client.kpis()
        told = r"CERTIFICATE_VERIFY_FAILED.*not among those in `.*` \(certifi\).*`SSL_CERT_FILE=FILE`"
        with KoladaClient(url, environment={}, max_attempts=1) as client, pytest.raises(KoladaUnreachable, match=told):
            client.kpis()
        server.shutdown()


@pytest.mark.parametrize("scheme", ["http", "socks5"])
def test_a_proxy_that_does_not_answer_is_named(scheme):
    """An unreachable proxy is named with its variable and without its password."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        where = f"127.0.0.1:{silent.getsockname()[1]}"
        environment = {"ALL_PROXY": f"{scheme}://kim:s3cret@{where}"}
        told = rf"Check the proxy `{scheme}://\*\*\*@{where}` \(ALL_PROXY\)"
        with (
            KoladaClient(URL, environment=environment, max_attempts=1) as client,
            pytest.raises(KoladaUnreachable, match=told) as refused,
        ):
            client.kpis()
    assert "s3cret" not in str(refused.value)


@pytest.fixture
def proxy():
    """Run a local proxy that answers every request itself; give its URL and the addresses requested of it."""
    asked = []

    class Proxy(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(502, "no way out")

        def do_CONNECT(self):
            asked.append(self.path)
            self.send_error(502, "no way out")

        def log_message(self, *_):
            """Log nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Proxy) as server:
        Thread(target=server.serve_forever).start()
        yield f"http://kim:s3cret@127.0.0.1:{server.server_port}", asked
        server.shutdown()


def run(command, environment, folder):
    """Run the command in a folder with only these variables."""
    return subprocess.run(
        [sys.executable, "-m", "kolada_pipeline", *command],
        cwd=folder,
        env={"KOLADA_MAX_ATTEMPTS": "1", "PATH": "/usr/bin:/bin", "COLUMNS": "200", **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.slow
def test_doctor_tells_the_way_and_takes_it(proxy, tmp_path):
    """`doctor` sends its requests to the proxy of the environment, respects NO_PROXY, and reports both."""
    address, asked = proxy
    through = run(["doctor"], {"HTTPS_PROXY": address}, tmp_path)
    assert through.returncode == 4
    assert asked == ["api.kolada.se:443"]
    assert "api.kolada.se is asked through the proxy `http://***@127.0.0.1:" in through.stderr
    assert "s3cret" not in through.stdout + through.stderr

    with FakeKolada(sample_data()).serve() as url:
        direct = run(
            ["doctor"], {"HTTP_PROXY": address, "NO_PROXY": "[::1] 127.0.0.0/8", "KOLADA_BASE_URL": url}, tmp_path
        )
    assert direct.returncode == 0, direct.stderr
    assert len(asked) == 1
    report = (tmp_path / "kolada-doctor.md").read_text(encoding="utf-8")
    assert "127.0.0.1 is asked directly: NO_PROXY has `127.0.0.0/8`, before HTTP_PROXY." in report


@pytest.mark.slow
@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"HTTPS_PROXY": "http://proxy.example:port"}, "HTTPS_PROXY = `http://proxy.example:port` names no proxy"),
        ({"SSL_CERT_FILE": "/absent.pem"}, "SSL_CERT_FILE = `/absent.pem` gives no certificates"),
    ],
)
@pytest.mark.parametrize("command", [["doctor"], ["refresh", "--direct"], ["refresh"], ["backfill", "--kpi", "N15436"]])
def test_a_command_refuses_what_it_cannot_use(command, environment, told, tmp_path):
    """A command with an unusable environment writes one line and exits with 2, with and without Prefect."""
    assert run(["goals", "new", "--example"], {}, tmp_path).returncode == 0
    refused = run(command, environment, tmp_path)
    assert refused.returncode == 2
    assert "Traceback" not in refused.stderr
    assert told in refused.stderr.splitlines()[-1] or told in refused.stderr.splitlines()[-2]
