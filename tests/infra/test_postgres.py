"""The embedded cluster: whoever starts it, wherever it lies, and after a first start that was broken off."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from infra.local import accounts
from infra.local.accounts import Account, home_for
from infra.local.errors import LauncherError
from infra.local.paths import ROOT
from infra.local.postgres import Cluster
from infra.local.services import running, temporary_services

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has another account to lend")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that every account can walk to, unlike pytest's own."""
    path = Path(tempfile.mkdtemp(prefix="qiku-postgres-"))
    path.chmod(0o755)
    yield path / "postgres"
    shutil.rmtree(path)


def _starts(cluster: Cluster) -> None:
    cluster.prepare()
    with running(cluster, account=cluster.account, stops_by=signal.SIGINT) as port:
        cluster.make_database(port)
        psycopg.connect(cluster.url(port)).close()


def test_data_are_kept_between_starts(folder: Path) -> None:
    cluster = Cluster(folder, durable=False)
    cluster.prepare()
    for number in range(2):
        with running(cluster, account=cluster.account, stops_by=signal.SIGINT) as port:
            cluster.make_database(port)
            with psycopg.connect(cluster.url(port)) as connection:
                connection.execute("CREATE TABLE IF NOT EXISTS kept (start int)")
                connection.execute("INSERT INTO kept VALUES (%s)", [number])
                assert connection.execute("SELECT count(*) FROM kept").fetchone() == (number + 1,)


def test_a_first_fill_killed_halfway_is_done_again(folder: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from infra.local.postgres import Cluster\n"
        "Cluster(Path(sys.argv[1]), durable=False).prepare()"
    )
    process = subprocess.Popen([sys.executable, "-c", script, str(folder)], cwd=ROOT, start_new_session=True)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and not (folder / "data.unfinished" / "base").exists():
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert not (folder / "data").exists()
    _starts(Cluster(folder, durable=False))


def test_data_of_another_postgresql_are_refused_by_name(folder: Path) -> None:
    cluster = Cluster(folder, durable=False)
    cluster.prepare()
    (folder / "data" / "PG_VERSION").write_text("15\n")
    with pytest.raises(LauncherError, match="of PostgreSQL 15, this version runs 18"):
        cluster.prepare()


def test_a_server_that_outlived_its_launcher_is_ended_first(folder: Path) -> None:
    cluster = Cluster(folder, durable=False)
    cluster.prepare()
    with running(cluster, account=cluster.account, stops_by=signal.SIGINT) as port:
        cluster.make_database(port)
        _starts(Cluster(folder, durable=False))


def test_a_stale_pid_file_does_not_matter(folder: Path) -> None:
    cluster = Cluster(folder, durable=False)
    cluster.prepare()
    (folder / "data" / "postmaster.pid").write_text(f"{os.getpid()}\n")
    cluster.prepare()  # this process has the number, and lives on
    (folder / "data" / "postmaster.pid").write_text("4194303\n")
    _starts(cluster)


def test_a_long_path_gets_a_socket_elsewhere(folder: Path) -> None:
    _starts(Cluster(folder / ("long" * 30), durable=False))


@needs_root
def test_an_ordinary_user_starts_the_services() -> None:
    child = os.fork()
    if child == 0:
        # Not through a new interpreter: the account may not be able to read that.
        try:
            os.setgroups([])
            os.setgid(1)
            os.setuid(1)
            with temporary_services() as services:
                psycopg.connect(services.database_url).close()
        except BaseException:  # noqa: BLE001 - the child must not run on into the parent's tests
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0


@needs_root
def test_root_puts_the_data_elsewhere_when_the_checkout_lies_in_a_closed_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts, "SYSTEM_FOLDER", tmp_path / "system")
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    first, second = home_for(closed / "one"), home_for(closed / "two")
    assert first.parent == second.parent == tmp_path / "system"
    assert first != second


@needs_root
def test_a_folder_of_somebody_else_is_refused(folder: Path) -> None:
    (folder / "s").mkdir(parents=True)
    os.chown(folder / "s", 12345, 12345)
    with pytest.raises(LauncherError, match="belongs to another account"):
        Cluster(folder, durable=False).prepare()


def test_an_account_can_enter_what_is_open_to_it(tmp_path: Path) -> None:
    stranger = Account(uid=54321, gid=54321)
    inside = tmp_path / "inside"
    inside.mkdir(mode=0o755)
    owner = Account(uid=os.geteuid(), gid=os.getegid())
    assert owner.can_enter(inside)
    tmp_path.chmod(0o700)
    assert not stranger.can_enter(inside)
    assert stranger.can_enter(Path("/"))
