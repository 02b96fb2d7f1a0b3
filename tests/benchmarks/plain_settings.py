"""The same product as a plain Django project over one schema: no company, no roles, Django's own backend."""

from config.settings import *  # noqa: F403
from config.settings import DATABASES, MIDDLEWARE

DATABASES["default"]["ENGINE"] = "django.db.backends.postgresql"
DATABASE_ROUTERS: list[str] = []
MIDDLEWARE = [
    "tests.benchmarks.page_process.one_company" if name.endswith("CompanyMiddleware") else name for name in MIDDLEWARE
]
