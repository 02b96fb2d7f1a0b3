"""What the environment says: the only place that reads environment variables."""

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parents[2]
NEEDED_IN_PRODUCTION = ("SECRET_KEY", "DATABASE_URL", "VALKEY_URL", "QIKU_HOST", "EMAIL_URL")


def text(name: str, default: str = "") -> str:
    """The variable's value, or the default where it is absent or empty."""
    return os.environ.get(name) or default


def number(name: str, default: int) -> int:
    """The variable as a whole number; refuses anything else by name."""
    value = os.environ.get(name)
    try:
        return int(value) if value else default
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}") from error


def flag(name: str, default: bool) -> bool:
    """The variable as yes or no (1, true, yes, on / 0, false, no, off)."""
    value = os.environ.get(name, "").strip().lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} must be yes or no, not {value!r}")


def secret_key(environment: str, data: Path) -> str:
    """SECRET_KEY; outside production a random one is made once and kept beside the data."""
    if given := os.environ.get("SECRET_KEY"):
        return given
    if environment == "production":
        raise ImproperlyConfigured("SECRET_KEY must be set in production")
    kept = data / "secret-key"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(secrets.token_urlsafe(50))
        kept.chmod(0o600)
    return kept.read_text()


def refuse_unsafe() -> None:
    """In production: refuses what would lose data or mail, or stand open, each by the variable's name."""
    missing = [name for name in NEEDED_IN_PRODUCTION if not os.environ.get(name)]
    if missing:
        raise ImproperlyConfigured(f"{', '.join(missing)} must be set in production")
    if text("QIKU_HOST").split(":")[0] in {"localhost", "127.0.0.1"}:
        raise ImproperlyConfigured("QIKU_HOST must be a name that companies can be reached below, not this machine")
    if urlsplit(text("EMAIL_URL")).scheme not in {"smtp", "smtps"}:
        raise ImproperlyConfigured("EMAIL_URL must lead to a mail server in production (smtp:// or smtps://)")


def database(url: str) -> dict[str, Any]:
    """Django's settings of the database at `url` (postgresql://user:password@host:port/name?option=value).

    A socket folder may stand in the option `host`.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(f"DATABASE_URL must be a postgresql:// address, not {parts.scheme!r}")
    options = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "core.db.backend",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", parts.hostname or ""),
        "PORT": parts.port or "",
        "OPTIONS": options,
    }


def mail(url: str) -> dict[str, Any]:
    """Django's mail settings for `url`.

    smtp://user:password@host:port, smtps:// (TLS), console:, file:///folder, memory:
    """
    parts = urlsplit(url)
    backends = {"smtp": "smtp", "smtps": "smtp", "console": "console", "file": "filebased", "memory": "locmem"}
    if parts.scheme not in backends:
        raise ImproperlyConfigured(f"EMAIL_URL must start with one of {', '.join(backends)}, not {parts.scheme!r}")
    settings: dict[str, Any] = {"EMAIL_BACKEND": f"django.core.mail.backends.{backends[parts.scheme]}.EmailBackend"}
    if backends[parts.scheme] == "smtp":
        settings |= {
            "EMAIL_HOST": parts.hostname or "localhost",
            "EMAIL_PORT": parts.port or (465 if parts.scheme == "smtps" else 25),
            "EMAIL_HOST_USER": unquote(parts.username or ""),
            "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
            "EMAIL_USE_SSL": parts.scheme == "smtps",
        }
    if parts.scheme == "file":
        settings["EMAIL_FILE_PATH"] = unquote(parts.path)
    return settings


def storage(url: str, folder: Path) -> dict[str, Any]:
    """Django's settings of the private file storage: s3://key:secret@endpoint/bucket, or a folder on this machine."""
    if not url:
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": folder}}
    parts = urlsplit(url)
    if parts.scheme != "s3":
        raise ImproperlyConfigured(f"STORAGE_URL must be an s3:// address, not {parts.scheme!r}")
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "access_key": unquote(parts.username or ""),
            "secret_key": unquote(parts.password or ""),
            "endpoint_url": f"https://{parts.hostname}" + (f":{parts.port}" if parts.port else ""),
            "bucket_name": parts.path.strip("/"),
            "default_acl": "private",
            "querystring_auth": True,
            "file_overwrite": False,
        },
    }
