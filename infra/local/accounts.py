"""Who a server runs as. PostgreSQL refuses to run as root, so root lends it another account.

Only the standard library.
"""

import os
import pwd
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from infra.local.errors import LauncherError

SYSTEM_FOLDER = Path("/var/lib/qiku")
"""Where root keeps what another account must reach, when the checkout lies in a closed folder."""

CANDIDATES = ("nobody", "daemon")


@dataclass(frozen=True)
class Account:
    """An unprivileged account that a server is started under."""

    uid: int
    gid: int

    def can_enter(self, folder: Path) -> bool:
        """Whether this account can walk from the root down into `folder`."""
        return all(self._has(ancestor, 0o1) for ancestor in (folder, *folder.parents))

    def can_read(self, path: Path) -> bool:
        """Whether this account can reach `path` and read it."""
        return self.can_enter(path.parent) and self._has(path, 0o4)

    def _has(self, path: Path, bit: int) -> bool:
        status = path.stat()
        if status.st_uid == self.uid:
            shift = 6
        elif status.st_gid == self.gid:
            shift = 3
        else:
            shift = 0
        return bool(status.st_mode >> shift & bit)


def server_account() -> Account | None:
    """The account PostgreSQL gets when we are root; None when we are an ordinary user already."""
    if os.geteuid() != 0:
        return None
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise LauncherError(
        "PostgreSQL does not run as root, and this system has none of the accounts "
        f"{', '.join(CANDIDATES)}. Start ./qiku as an ordinary user, or set DATABASE_URL."
    )


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
