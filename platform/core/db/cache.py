"""Keys of the cache carry the company: the same key in two companies is two keys."""

from core.db.context import current_company, has_company


def company_key(key: str, key_prefix: str, version: int) -> str:
    """Django's KEY_FUNCTION: the company's UUID before the key, or `public` outside companies."""
    owner = str(current_company().uuid) if has_company() else "public"
    return f"{owner}:{key_prefix}:{version}:{key}"
