"""The container files: linted and pinned, and their commands work outside of a container."""

import json
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from pipeline.settings import Settings
from tests.flows.support import free_port
from tests.installing.conftest import REPOSITORY, checked, clean_environment, interpreter

DEPLOY = REPOSITORY / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = YAML(typ="safe").load(DEPLOY / "compose.yaml")
SERVICES = COMPOSE["services"]
START_SECONDS = 400


def instructions(name: str) -> list[str]:
    """Return the arguments of each instruction of a name in the Dockerfile, with continued lines joined."""
    joined = re.sub(r" *\\\n *", " ", re.sub(r"^#.*\n", "", DOCKERFILE, flags=re.MULTILINE))
    return [line.removeprefix(name).strip() for line in joined.splitlines() if line.strip().startswith(f"{name} ")]


def pins(path: Path) -> dict[str, set[str]]:
    """Return each pinned package of a lock file with version and marker, and its hashes."""
    text = path.read_text(encoding="utf-8").replace("\\\n", "")
    lines = [line for line in text.splitlines() if "==" in line and not line.lstrip().startswith("#")]
    return {line.partition("--hash")[0].strip(): set(re.findall(r"--hash=(\S+)", line)) for line in lines}


def test_the_dockerfile_passes_its_linter():
    """The Dockerfile passes hadolint."""
    linter = Path(sys.executable).with_name("hadolint")
    assert checked([str(linter), "--failure-threshold", "style", str(DEPLOY / "Dockerfile")], REPOSITORY) == ""


def test_the_image_holds_what_was_tested():
    """Each package of the image has the version and hashes of the lock file that the tests use."""
    tested, in_image = pins(REPOSITORY / "requirements.lock"), pins(DEPLOY / "container.lock")

    def by_version(found: dict[str, set[str]]) -> dict[str, set[str]]:
        return {pin.partition(" ;")[0].strip(): hashes for pin, hashes in found.items()}

    differing = {pin for pin, hashes in by_version(in_image).items() if by_version(tested).get(pin) != hashes}
    assert differing == set()
    assert all(in_image.values())


def test_every_image_is_pinned_and_nobody_is_root():
    """Images have full versions, the user is a number, and no password has a default."""
    bases = [line.split()[0] for line in instructions("FROM")]
    foreign = {service["image"] for service in SERVICES.values() if "build" not in service}
    assert all(re.search(r":\d+\.\d+[\w.-]*$", image) for image in [*bases, *foreign])
    assert re.fullmatch(r"\d+", instructions("USER")[-1])
    written = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    secrets = {line.partition("=")[0] for line in (DEPLOY / "compose.env.example").read_text("utf-8").splitlines()[1:]}
    assert secrets == set(re.findall(r"\$\{(\w+)", written))
    assert not re.search(r"\$\{\w+:?-", written)
    assert [service for service in SERVICES if all("read_only" not in key for key in SERVICES[service])] == ["database"]


def test_the_services_say_what_the_software_knows():
    """Variables are known settings, volumes are declared, and ports are local."""
    known = {f"KOLADA_{name.upper()}" for name in Settings.model_fields}
    named = {name for service in SERVICES.values() for name in service.get("environment", {})}
    named |= set(re.findall(r"\b(KOLADA_\w+)=", "\n".join(instructions("ENV"))))
    assert {name for name in named if name.startswith("KOLADA_")} <= known
    assert set(COMPOSE["volumes"]) == {
        mount.partition(":")[0]
        for service in SERVICES.values()
        for mount in service.get("volumes", [])
        if mount[0] != "."
    }
    assert all(port.startswith("127.0.0.1:") for service in SERVICES.values() for port in service.get("ports", []))
    writers = [name for name in SERVICES if "home:/var/lib/kolada" in SERVICES[name].get("volumes", [])]
    assert writers == ["worker"]


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory, distributions) -> Iterator[Path]:
    """The environment of the image, made by the Dockerfile's commands in another folder."""
    folder = tmp_path_factory.mktemp("image")
    first, _ = instructions("RUN")
    script = (
        first.replace("/opt/kolada", str(folder / "kolada"))
        .replace("/tmp/container.lock", str(DEPLOY / "container.lock"))  # noqa: S108 - the image's own folder
        .replace("/tmp/dist", str(distributions.wheel.parent))  # noqa: S108 - as above
    )
    base = interpreter("3.13")
    checked(["sh", "-ec", f'python() {{ "{base}" "$@"; }}; {script}'], folder)
    return folder / "kolada"


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_the_images_commands_run(image, tmp_path):
    """The default command passes the health check, and the compose file's commands exist."""
    environment = {**clean_environment(tmp_path), "PATH": f"{image / 'bin'}:/usr/bin:/bin"}
    port = str(free_port())
    (entry,), (command,) = (list(map(json.loads, instructions(name))) for name in ("ENTRYPOINT", "CMD"))
    health = json.loads(re.search(r"CMD (\[.*\])", DOCKERFILE.partition("HEALTHCHECK")[2])[1])
    health[-1] = health[-1].replace("8080", port)

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=START_SECONDS
        )

    assert run(*entry, "refresh", "--sample", "--direct").returncode == 0
    assert run(*entry, "status", "--sample").returncode == 0
    serving = subprocess.Popen([*entry, *command, "--sample", "--port", port], cwd=tmp_path, env=environment)
    try:
        until = time.monotonic() + START_SECONDS
        while (asked := run(*health)).returncode and time.monotonic() < until:
            assert serving.poll() is None
        assert asked.returncode == 0, asked.stderr
    finally:
        serving.terminate()
        serving.wait(60)
    for name in ("server", "worker", "web"):
        words = [*SERVICES[name].get("entrypoint", entry), *SERVICES[name]["command"]]
        taken = run(*words, "--help")
        assert (taken.returncode, shlex.join(words)) == (0, shlex.join(words)), taken.stderr
