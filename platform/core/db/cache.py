"""Keys of the cache carry the company: the same key in two companies is two keys."""

from uuid import UUID

from django.conf import settings

from core.db.context import current_company, has_company


def company_key(key: str, key_prefix: str, version: int) -> str:
    """Django's KEY_FUNCTION: the company's UUID before the key, or `public` outside companies."""
    owner = str(current_company().uuid) if has_company() else "public"
    return f"{owner}:{key_prefix}:{version}:{key}"


def forget_cached(uuid: UUID) -> None:
    """Remove all that is cached for the company with that UUID. Looks at every key: for a company that is gone."""
    import redis  # every process imports this module, hardly one comes here

    with redis.Redis.from_url(settings.CACHES["default"]["LOCATION"], socket_connect_timeout=2) as client:
        for key in client.scan_iter(match=f"{uuid}:*", count=1000):
            client.unlink(key)
