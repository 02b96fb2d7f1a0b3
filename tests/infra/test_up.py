"""`./qiku up` from nothing: it starts everything, brings back what is killed, and stops."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from infra.local.paths import ROOT
from infra.local.processes import free_port
from tests.infra.launching import environment, qiku, share_environment

pytestmark = pytest.mark.xdist_group("up")


def back_within() -> float:
    """Seconds in which a killed process has to serve again: 10, and as many times more as others want the cores."""
    return 10.0 * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


class Running:
    """A product that `./qiku up` runs."""

    def __init__(self, state: Path, port: int) -> None:
        self.state = state
        self.port = port
        self.output = state.parent / "up.txt"
        with self.output.open("wb") as output:
            self.launcher = subprocess.Popen(
                [sys.executable, ROOT / "qiku", "up", "--port", str(port), "--no-demo"],
                env=environment(state),
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def status(self) -> dict[str, Any]:
        """What `./qiku status` tells."""
        content: dict[str, Any] = json.loads(qiku(self.state, "status", "--json").stdout)
        return content

    def pid(self, name: str) -> int:
        """The process of that name."""
        return next(int(process["pid"]) for process in self.status()["processes"] if process["name"] == name)

    def wait(self, seconds: float) -> None:
        """Return once everything runs."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if qiku(self.state, "status").returncode == 0:
                return
            if self.launcher.poll() is not None:
                break
            time.sleep(0.2)
        raise AssertionError(f"not everything runs:\n{self.output.read_text()}")


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A product started from an empty folder."""
    state = tmp_path_factory.mktemp("up") / "state"
    share_environment(state)
    running = Running(state, free_port())
    try:
        running.wait(300)
        yield running
    finally:
        running.launcher.send_signal(signal.SIGTERM)
        try:
            running.launcher.wait(60)
        except subprocess.TimeoutExpired:
            running.launcher.kill()
            running.launcher.wait()
        qiku(state, "reset", "--yes")  # root's data are not in the folder that pytest removes


def test_it_tells_what_runs_and_where(product: Running) -> None:
    status = product.status()
    assert {process["name"] for process in status["processes"]} == {"postgres", "valkey", "web", "worker", "scheduler"}
    assert status["addresses"]["public site"] == f"http://localhost:{product.port}/"
    shown = product.output.read_text()
    assert f"http://ops.localhost:{product.port}/" in shown
    assert "password" not in json.dumps(status)


def test_the_public_site_answers(product: Running) -> None:
    with urllib.request.urlopen(f"http://localhost:{product.port}/", timeout=10) as answer:
        assert answer.status == 200


def test_a_second_start_is_refused(product: Running) -> None:
    done = qiku(product.state, "up", "--port", str(product.port))
    assert done.returncode == 1
    assert f"Already running (process {product.launcher.pid}, running) on port {product.port}" in done.stderr


def test_manage_uses_the_services_that_run(product: Running) -> None:
    script = "import os; print('at', os.environ['DATABASE_URL'])"
    done = qiku(product.state, "manage", "shell", "--no-imports", "-c", script)
    database_url = done.stdout.split()[-1]
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT count(*) > 0 FROM public.companies_company").fetchone() == (True,)


@pytest.mark.parametrize("name", ["web", "worker", "scheduler", "valkey", "postgres"])
def test_what_is_killed_is_back_within_ten_seconds(product: Running, name: str) -> None:
    before = product.pid(name)
    os.kill(before, signal.SIGKILL)
    deadline = time.monotonic() + back_within()
    while product.pid(name) == before:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    product.wait(deadline - time.monotonic())
    assert f"{name} is back." in product.output.read_text()


def test_a_killed_launcher_leaves_nothing_and_the_next_start_recovers(product: Running) -> None:
    product.launcher.kill()
    product.launcher.wait()
    again = Running(product.state, product.port)
    again.wait(3 * back_within())
    product.launcher = again.launcher


def test_stop_ends_all_of_it(product: Running) -> None:
    done = qiku(product.state, "stop")
    assert done.returncode == 0
    assert product.launcher.wait(5) == 0
    assert qiku(product.state, "status").returncode == 3
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(f"http://localhost:{product.port}/", timeout=2)
