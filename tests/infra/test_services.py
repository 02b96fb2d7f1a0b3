"""The services that tests and benches run on."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
import redis

from infra.local import locks
from infra.local.paths import ROOT
from infra.local.services import Services, sweep, temporary_services


def _facts(found: Services) -> tuple[str, str, bool, bool]:
    with psycopg.connect(found.database_url) as connection:
        row = connection.execute(
            "SELECT pg_encoding_to_char(encoding), datctype, rolsuper, 'ÄÖ客户' ILIKE 'äö客户'"
            " FROM pg_database, pg_roles WHERE datname = current_database() AND rolname = current_user"
        ).fetchone()
    assert row is not None
    return row


def test_it_gives_a_database_that_finds_chinese_text_and_no_superuser() -> None:
    with temporary_services() as services:
        assert _facts(services) == ("UTF8", "C.UTF-8", False, True)
        with psycopg.connect(services.database_url) as connection:
            for name in ("pg_trgm", "btree_gist", "citext", "ltree", "unaccent"):
                connection.execute(f"CREATE EXTENSION {name}")  # type: ignore[call-overload]
            assert connection.execute("SELECT '企酷科技有限公司' % '企酷科技'").fetchone() == (True,)


def test_it_gives_a_valkey_that_asks_for_the_password() -> None:
    with temporary_services() as services:
        with redis.Redis.from_url(f"{services.valkey_url}/2") as client:
            client.set("a", "1")
            assert client.get("a") == b"1"
        bare = services.valkey_url.split("@")[1]
        with redis.Redis.from_url(f"redis://{bare}") as client:
            try:
                client.ping()
            except redis.AuthenticationError:
                return
        raise AssertionError("anybody on this machine may read the cache")


def test_several_run_side_by_side() -> None:
    def addresses(_number: int) -> Services:
        with temporary_services() as services:
            _facts(services)
            time.sleep(0.5)
            return services

    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(addresses, range(3)))
    assert len({services.database_url for services in found}) == 3


def test_nothing_is_left_when_its_owner_is_killed(tmp_path: Path) -> None:
    script = (
        "import time; from infra.local.services import temporary_services\n"
        "with temporary_services() as s:\n print(s.database_url, s.valkey_url, flush=True); time.sleep(60)"
    )
    owner = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": "/tmp"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert owner.stdout is not None
    database_url, valkey_url = owner.stdout.readline().split()
    owner.send_signal(signal.SIGKILL)
    owner.wait()
    owner.stdout.close()
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and _answers(database_url, valkey_url):
        time.sleep(0.1)
    assert not _answers(database_url, valkey_url)


def test_folders_of_killed_owners_are_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for name in ("left", "held", "new"):
        lock = tmp_path / f"qiku-services-{name}" / "lock"
        lock.parent.mkdir()
        lock.touch()
        if name != "new":
            os.utime(lock, (0, 0))
    with locks.held(tmp_path / "qiku-services-held" / "lock", wait=False):
        os.utime(tmp_path / "qiku-services-held" / "lock", (0, 0))
        sweep()
    assert {path.name for path in tmp_path.iterdir()} == {"qiku-services-held", "qiku-services-new"}


def _answers(database_url: str, valkey_url: str) -> bool:
    try:
        psycopg.connect(database_url).close()
    except psycopg.OperationalError:
        pass
    else:
        return True
    try:
        with redis.Redis.from_url(valkey_url) as client:
            client.ping()
    except redis.ConnectionError:
        return False
    return True
