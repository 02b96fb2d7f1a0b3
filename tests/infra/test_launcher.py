"""What `./qiku` says and does when nothing is up, and when a start cannot end well."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local import locks
from tests.infra.launching import qiku, share_environment


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A launcher's folder that has the environment and nothing else."""
    share_environment(tmp_path / "state")
    return tmp_path / "state"


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port that another program listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_help_tells_every_command(tmp_path: Path) -> None:
    done = qiku(tmp_path, "--help")
    assert done.returncode == 0
    for command in ("up", "status", "stop", "reset", "manage", "demo", "test", "check", "bench"):
        assert f"\n    {command} " in done.stdout


def test_help_needs_no_environment(tmp_path: Path) -> None:
    assert qiku(tmp_path / "nothing", "up", "--help").returncode == 0
    assert not (tmp_path / "nothing").exists()


@pytest.mark.parametrize("arguments", [["up", "--port", "http"], ["up", "--port", "70000"], ["sing"], []])
def test_what_it_does_not_understand_is_told_with_the_usage(tmp_path: Path, arguments: list[str]) -> None:
    done = qiku(tmp_path, *arguments)
    assert done.returncode == 2
    assert done.stderr.startswith("usage: ./qiku")


def test_status_without_anything(tmp_path: Path) -> None:
    done = qiku(tmp_path, "status")
    assert (done.returncode, done.stdout) == (3, "Nothing is running. Start it with ./qiku up\n")
    assert json.loads(qiku(tmp_path, "status", "--json").stdout) == {"running": False}


def test_stop_without_anything_is_no_error(tmp_path: Path) -> None:
    done = qiku(tmp_path, "stop")
    assert (done.returncode, done.stdout) == (0, "Nothing is running.\n")


def test_a_port_in_use_is_told_before_anything_slow(tmp_path: Path, taken_port: int) -> None:
    done = qiku(tmp_path, "up", "--port", str(taken_port), seconds=10)
    assert done.returncode == 1
    assert f"Port {taken_port} is in use by another program" in done.stderr
    assert f"./qiku up --port {taken_port + 1}" in done.stderr


def test_files_of_a_dead_launcher_do_not_look_like_a_running_one(state: Path) -> None:
    (state / "run").mkdir()
    (state / "run" / "up.lock").write_text("1")
    record = {"pid": 1, "phase": "running", "port": 8000, "addresses": {}, "environment": {}, "processes": []}
    (state / "run" / "state.json").write_text(json.dumps(record))
    assert qiku(state, "status").returncode == 3
    (state / "run" / "state.json").write_text("{ half a rec")
    assert qiku(state, "status").returncode == 3


def test_a_command_that_holds_the_services_is_named(state: Path) -> None:
    with locks.held(state / "run" / "up.lock", wait=False):
        done = qiku(state, "stop")
    assert done.returncode == 1
    assert "uses the services (./qiku manage?)" in done.stderr


def test_reset_asks_first(state: Path) -> None:
    (state / "files").mkdir()
    done = qiku(state, "reset")
    assert done.returncode == 1
    assert str(state / "files") in done.stdout
    assert "./qiku reset --yes" in done.stderr
    assert (state / "files").exists()


def test_reset_deletes_the_data_and_keeps_the_environment(state: Path) -> None:
    for name in ("files", "logs", "valkey", "postgres"):
        (state / name).mkdir()
    assert qiku(state, "reset", "--yes").returncode == 0
    assert {path.name for path in state.iterdir()} <= {"venv", "bytecode", "run"}


def test_an_unknown_check_is_refused_by_name(state: Path) -> None:
    done = qiku(state, "check", "spelling")
    assert done.returncode == 1
    assert "no check named spelling. There are: lint, " in done.stderr
