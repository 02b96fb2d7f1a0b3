"""`./qiku up`: from a checkout to a running product, and its keeper until it is stopped."""

import contextlib
import json
import os
import secrets
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

import psycopg

from infra.local import builds, control, locks, state
from infra.local.errors import LauncherError
from infra.local.paths import ACCOUNTS, FILES, LOGS, OPERATOR_PASSWORD, ROOT, executable, source_path
from infra.local.processes import free_port, log_tail
from infra.local.progress import Progress
from infra.local.services import own_cluster, own_valkey
from infra.local.supervisor import Program, Supervisor, end_leftovers

LISTEN = "127.0.0.1"
SETTLED = 3.0
"""Seconds that a process without a port must live to count as started."""

WATCH_EVERY = 0.2

LEFTOVERS_END = 20.0
"""Seconds in which a web server ends that has lost its launcher."""


def up(port: int, *, demo: bool) -> int:
    """Start everything, say where it is, and look after it until Ctrl-C or SIGTERM.

    Args:
        port: of the web server.
        demo: whether the demo company is made, if it is not there yet.

    Raises:
        LauncherError: something does not start; what was started is stopped again.
    """
    progress = Progress()
    began = time.monotonic()
    try:
        with locks.held(state.UP_LOCK, wait=False):
            earlier = state.last_record()
            if earlier is not None:
                progress.say("  The last start was broken off; what is left of it is ended.")
                end_leftovers(earlier.processes)
                control.wait_for_port(port, seconds=LEFTOVERS_END)
            state.RECORD.unlink(missing_ok=True)
            record = state.Record(pid=os.getpid(), phase="starting", port=port)
            record.write()
            _Start(progress, record, demo=demo).run(began)
    except locks.BusyError:
        control.refuse_early(port)
        raise LauncherError("Another ./qiku has just begun. Try again.") from None
    return 0


class _Start:
    """One run of `up`."""

    def __init__(self, progress: Progress, record: state.Record, *, demo: bool) -> None:
        self.progress = progress
        self.record = record
        self.demo = demo
        self.supervisor = Supervisor(LOGS, progress, self._note_processes)
        self.prepared: Path | None = None
        """The stamp beside our own database: what it was last prepared for."""

    def run(self, began: float) -> None:
        with _stoppable():
            try:
                builds.build_all(self.progress)
                self.record.environment = self._environment(*self._start_services())
                self._prepare()
                self._start_product()
                self._announce(time.monotonic() - began)
                while True:
                    self.supervisor.watch()
                    time.sleep(WATCH_EVERY)
            except KeyboardInterrupt:
                self.progress.say("")
            finally:
                self._stop()

    def _start_services(self) -> tuple[str, str]:
        """Start what is not named in the environment; gives both addresses."""
        database_url = os.environ.get("DATABASE_URL")
        valkey_url = os.environ.get("VALKEY_URL")
        if database_url:
            self.progress.say("  PostgreSQL: that of DATABASE_URL")
        else:
            database_url = self._start_postgres()
        _refuse_wrong_locale(database_url)
        if valkey_url:
            self.progress.say("  Valkey: that of VALKEY_URL")
        else:
            valkey_url = self._start_valkey()
        return database_url, valkey_url

    def _start_postgres(self) -> str:
        with self.progress.step("PostgreSQL") as step:
            cluster = own_cluster()
            cluster.prepare()
            port = free_port()
            self.supervisor.start(
                Program(
                    "postgres",
                    cluster.command(port),
                    folder=cluster.folder,
                    answers=lambda _age: cluster.answers(port),
                    account=cluster.account,
                    stops_by=signal.SIGINT,
                    patience=30.0,
                )
            )
            cluster.make_database(port)
            self.prepared = cluster.folder / "prepared"
            step.note = f"port {port}"
        return cluster.url(port)

    def _start_valkey(self) -> str:
        with self.progress.step("Valkey") as step:
            valkey = own_valkey()
            valkey.prepare()
            port = free_port()
            self.supervisor.start(
                Program(
                    "valkey",
                    valkey.command(port),
                    folder=valkey.folder,
                    answers=lambda _age: valkey.answers(port),
                )
            )
            step.note = f"port {port}"
        return valkey.url(port)

    def _environment(self, database_url: str, valkey_url: str) -> dict[str, str]:
        """What leads a process of the product to its services; the rest it inherits from us."""
        return {
            "DATABASE_URL": database_url,
            "VALKEY_URL": valkey_url,
            "QIKU_PORT": str(self.record.port),
            "QIKU_DATA": os.environ.get("QIKU_DATA") or str(FILES),
        }

    def _prepare(self) -> None:
        """Bring the database to this version and make what a first start makes.

        All of it in one process, because Django takes longer to load than there is to do; and not at
        all when our own database was prepared by the same code before.
        """
        wanted = f"{builds.code_fingerprint()} demo={self.demo}"
        if self.prepared and _reads(self.prepared, wanted) and ACCOUNTS.exists():
            return
        LOGS.mkdir(parents=True, exist_ok=True)
        path = LOGS / "prepare.log"
        with path.open("wb") as log:
            done = subprocess.run(
                [
                    *(executable("python"), "-m", "infra.local.prepare", "--accounts", ACCOUNTS),
                    *(() if self.demo else ("--no-demo",)),
                ],
                cwd=ROOT,
                env={**self._full_environment(), "QIKU_OPERATOR_PASSWORD": _operator_password()},
                stderr=log,
                check=False,
            )
        if done.returncode:
            raise LauncherError(f"Preparing the database failed. The end of {path}:\n{log_tail(path, 30)}")
        if self.prepared:
            self.prepared.write_text(wanted)

    def _start_product(self) -> None:
        environment = self._full_environment()
        port = self.record.port
        web = Program(
            "web",
            [
                *(executable("python"), "-m", "uvicorn", "config.asgi:application"),
                *("--host", LISTEN, "--port", str(port), "--workers", "2"),
                *("--timeout-graceful-shutdown", "10", "--no-access-log"),
            ],
            folder=ROOT,
            environment=environment,
            answers=_serves(port),
        )
        worker = Program(
            "worker",
            [
                executable("python"),
                "-m",
                "celery",
                "-A",
                "worker",
                "worker",
                *("--loglevel", "INFO", "--without-mingle", "--without-gossip"),
            ],
            folder=ROOT,
            environment=environment,
            answers=lambda age: age > SETTLED,
        )
        scheduler = Program(
            "scheduler",
            [executable("python"), ROOT / "manage.py", "run_scheduler"],
            folder=ROOT,
            environment=environment,
            answers=lambda age: age > SETTLED,
        )
        with self.progress.step("Web, worker, scheduler") as step:
            self.supervisor.start(web, worker, scheduler)
            step.note = f"port {port}"

    def _announce(self, seconds: float) -> None:
        host = os.environ.get("QIKU_HOST", "localhost")
        address = f"http://{{}}{host}:{self.record.port}/".format
        self.record.addresses = {"public site": address(""), "operators": address("ops.")}
        if self.demo and os.environ.get("QIKU_ENV") != "production":
            self.record.addresses["demo company"] = address("demo.")
        self.record.phase = "running"
        self.record.write()
        self.progress.say(f"\n企酷 CRM runs, {seconds:.1f} s after the start.\n")
        for name, where in self.record.addresses.items():
            self.progress.say(f"  {name:<14} {where}")
        for account in json.loads(ACCOUNTS.read_text()):
            who = f"{account['username']} / {account['password'] or '(password changed)'}"
            self.progress.say(f"  {'':<14} sign in to {account['where']} as {who}  {account['who']}".rstrip())
        self.progress.say(f"\n  logs in {LOGS}; Ctrl-C stops everything")

    def _full_environment(self) -> dict[str, str]:
        return {**os.environ, "PYTHONPATH": source_path(), **self.record.environment}

    def _note_processes(self, processes: list[state.ProcessRecord]) -> None:
        self.record.processes = processes
        self.record.write()

    def _stop(self) -> None:
        self.record.phase = "stopping"
        self.record.write()
        self.supervisor.stop()
        state.RECORD.unlink(missing_ok=True)


@contextlib.contextmanager
def _stoppable() -> Iterator[None]:
    """Turn SIGTERM and SIGHUP into what Ctrl-C raises, once: stopping is not to be interrupted."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        for each in asked:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    asked = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {each: signal.signal(each, interrupt) for each in asked}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _reads(path: Path, text: str) -> bool:
    return path.exists() and path.read_text() == text


def _operator_password() -> str:
    """The password of the operator that a first start makes: random, and kept for whoever may read our files."""
    if not OPERATOR_PASSWORD.exists():
        OPERATOR_PASSWORD.touch(mode=0o600)
        OPERATOR_PASSWORD.write_text(secrets.token_urlsafe(12))
    return OPERATOR_PASSWORD.read_text()


def _serves(port: int) -> Callable[[float], bool]:
    """Whether the web server gives an answer, whatever it says: it may have nothing at this address."""

    def answers(_age: float) -> bool:
        try:
            with urllib.request.urlopen(f"http://{LISTEN}:{port}/", timeout=2):
                return True
        except urllib.error.HTTPError as error:
            return error.code < 500
        except OSError:
            return False

    return answers


def _refuse_wrong_locale(database_url: str) -> None:
    """Refuse a database under whose locale trigram search finds no Chinese text, without an error."""
    try:
        with psycopg.connect(database_url, connect_timeout=10) as connection:
            row = connection.execute(
                "SELECT pg_encoding_to_char(encoding), datctype FROM pg_database WHERE datname = current_database()"
            ).fetchone()
    except psycopg.OperationalError as error:
        raise LauncherError(f"The database of DATABASE_URL cannot be reached: {error}") from error
    if row is None or row[0] != "UTF8" or row[1] in ("C", "POSIX"):
        raise LauncherError(
            f"The database is of encoding and locale {row}; Chinese search needs UTF8 and C.UTF-8 "
            "(createdb --encoding UTF8 --locale C.UTF-8 --template template0)."
        )
