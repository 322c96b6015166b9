"""What packaging/keeper has: a unit that systemd takes and that has few rights, and an image that runs as a user of its own."""

import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.docs.test_docs_keeper import options
from tests.patience import PATIENCE

FOLDER = Path(__file__).resolve().parents[2] / "packaging" / "keeper"
UNIT = FOLDER / "consort-keeper.service"
PORT = 9545


def joined(text: str) -> list[str]:
    """The lines of a file without comments, those that go on made one."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    return [line for line in "\n".join(lines).replace("\\\n", " ").splitlines() if line.strip()]


def values(key: str) -> list[str]:
    """What the unit says for a key."""
    found = (line.partition("=") for line in joined(UNIT.read_text()))
    return [value.strip() for name, _, value in found if name == key]


def instructions() -> dict[str, list[str]]:
    """What the Dockerfile says for each instruction."""
    found: dict[str, list[str]] = {}
    for line in joined((FOLDER / "Dockerfile").read_text()):
        name, _, rest = line.strip().partition(" ")
        found.setdefault(name, []).append(rest.strip())
    return found


def image_command() -> list[str]:
    (entry,), (more,) = instructions()["ENTRYPOINT"], instructions()["CMD"]
    command: list[str] = json.loads(entry) + json.loads(more)
    return command


def unit_command() -> list[str]:
    (command,) = values("ExecStart")
    return shlex.split(command)


@pytest.mark.parametrize("command", [unit_command(), image_command()], ids=["unit", "image"])
def test_each_option_is_one_of_consort_keep(command: list[str]) -> None:
    given = [word for word in command if word.startswith("--")]
    assert set(given) <= options()
    assert len(given) == len(set(given))
    assert {"--deployment", "--key-file", "--openings", "--status", "--http", "--budget"} <= set(
        given
    )
    assert Path(command[0]).name == "consort"
    assert command[1] == "keep"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_takes_the_unit_and_finds_it_safe(tmp_path: Path) -> None:
    """With a program in the place of the one that is not installed here."""
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text().replace("/opt/consort/bin/consort", "/bin/true"))
    checked = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)],
        capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert (checked.returncode, checked.stderr) == (0, "")
    rated = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=20", str(unit)],
        capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert rated.returncode == 0, rated.stdout[-300:]


def test_the_unit_has_no_rights_to_lose_and_is_started_again() -> None:
    assert values("DynamicUser") == ["yes"]
    assert values("Restart") == ["always"]
    assert values("CapabilityBoundingSet") == [""]
    assert [one.partition(":")[0] for one in values("LoadCredential")] == [
        "key.json",
        "deployment.json",
    ]
    command = " ".join(unit_command())
    assert "%d/key.json" in command
    assert "--http 127.0.0.1:" in command


def test_no_secret_stands_in_the_unit() -> None:
    """Anybody on the machine can read it."""
    text = UNIT.read_text()
    assert not re.search(r"^Environment=", text, re.MULTILINE)
    assert values("EnvironmentFile") == ["/etc/consort-keeper/environment"]


def test_the_image_runs_as_somebody_else_than_root_and_asks_for_its_health() -> None:
    said = instructions()
    (user,) = said["USER"]
    assert re.fullmatch(r"[1-9][0-9]+:[1-9][0-9]+", user)
    order = [line.split()[0] for line in joined((FOLDER / "Dockerfile").read_text())]
    assert order.index("RUN") < order.index("USER") < order.index("ENTRYPOINT")
    (health,) = said["HEALTHCHECK"]
    assert f"http://127.0.0.1:{PORT}/healthz" in health
    probe = json.loads(health[health.index("[") :])
    compile(probe[2], "the health check", "exec")
    assert f"0.0.0.0:{PORT}" in image_command()
    assert said["EXPOSE"] == [str(PORT)]
    assert said["FROM"] == ["python:3.11-slim-bookworm"]


def test_the_image_asks_a_healthy_keeper_and_a_sick_one(tmp_path: Path) -> None:
    """The very command of its health check, against the page of a keeper, at another port."""
    from dataclasses import replace

    from offchain.keeper.watch.web import Board, listening, serving
    from tests.keeper.watch.statuses import GOOD, NOW

    (health,) = instructions()["HEALTHCHECK"]
    _, _, code = json.loads(health[health.index("[") :])
    board, at = Board(GOOD), listening("127.0.0.1", 0)
    code = code.replace(str(PORT), str(at.getsockname()[1]))

    def asked() -> int:
        command = ["python3", "-c", code]
        return subprocess.run(
            command, capture_output=True, timeout=PATIENCE, check=False
        ).returncode

    with serving(at, board, clock=lambda: NOW):
        assert asked() == 0
        board.status = replace(GOOD, account=replace(GOOD.account, lacks_money=True))
        assert asked() != 0
    assert asked() != 0
