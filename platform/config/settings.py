"""Settings of every process: web, worker, scheduler, tests. What differs between places comes from the environment."""

from pathlib import Path

import django_stubs_ext
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from config import environment as env

django_stubs_ext.monkeypatch()  # lets Django's classes be written with their types, as in ModelForm[User]

ROOT = env.ROOT
ENVIRONMENT = env.text("QIKU_ENV", "development")
if ENVIRONMENT not in {"development", "production", "test"}:
    raise ImproperlyConfigured(f"QIKU_ENV must be development, production or test, not {ENVIRONMENT!r}")
PRODUCTION = ENVIRONMENT == "production"
if PRODUCTION:
    env.refuse_unsafe()
DEBUG = False  # technical error pages would show one company's data to whoever sees them
DATA = Path(env.text("QIKU_DATA", str(ROOT / ".qiku" / "files")))
SECRET_KEY = env.secret_key(ENVIRONMENT, DATA)

# The hosts: the public site is at HOST itself, every company at a name below it, operators at OPERATORS_SUBDOMAIN.
HOST = env.text("QIKU_HOST", "localhost")
PORT = env.number("QIKU_PORT", 8000)
SCHEME = "https" if PRODUCTION else "http"
OPERATORS_SUBDOMAIN = "ops"
ALLOWED_HOSTS = ["*"]  # CompanyMiddleware answers known hosts only; a list here could not hold companies' own domains

DATABASES = {"default": env.database(env.text("DATABASE_URL", "postgresql://qiku@localhost:5432/qiku"))}
DATABASES["default"]["OPTIONS"]["pool"] = {
    "min_size": 0,
    "max_size": env.number("QIKU_DATABASE_POOL", 20),
    "timeout": 10,
}
# PostgreSQL plans for spinning disks unless told otherwise: what lists read lies in memory. In 4 MB it remembers the
# pages of what a filter finds among a million rows, not the rows. And further processes would go on looking for rows
# when a page of fifty has been found, on cores that others wait for. What the address says comes later and prevails.
PLANNING = "-c seq_page_cost=0.5 -c random_page_cost=0.55 -c work_mem=16MB -c max_parallel_workers_per_gather=0"
DATABASES["default"]["OPTIONS"]["options"] = f"{PLANNING} {DATABASES['default']['OPTIONS'].get('options', '')}".strip()
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True  # those in the pool die with a server that is killed
DATABASE_ROUTERS = ["core.db.router.CompanyRouter"]
ORIGINAL_BACKEND = "django.db.backends.postgresql"
TENANT_MODEL = "companies.Company"
TENANT_DOMAIN_MODEL = "companies.Domain"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
COMPANY_ROLES = env.flag("QIKU_COMPANY_ROLES", True)  # the second wall inside PostgreSQL
POOL_OF_SCHEMAS = env.number("QIKU_POOL_OF_SCHEMAS", 5)

# Tables of these apps stand once, in the schema `public`.
SHARED_APPS = ["core.jobs.due", "tenants.companies"]
# Tables of these apps stand in the schema of every company.
TENANT_APPS = [
    "django.contrib.sessions",
    "allauth.account",
    "tenants.people",
    "tenants.roles",
    "tenants.settings",
    "tenants.fields",
    "tenants.audit",
    "crm.customers",
    "crm.contacts",
    "crm.followups",
    "core.access",
    "core.records",
    "core.jobs",
    "core.live",
    "core.reminders",
    "core.pages",
]
if ENVIRONMENT == "test":
    TENANT_APPS.append("tests.samples")  # two modules with every kind of field
# These have no tables, or none that are made (auth and contenttypes are imported by libraries).
OTHER_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "channels",
    "rest_framework",
    "drf_spectacular",
    "django_htmx",
    "allauth",
    "core.db",
    "core",
    "core.shell",
    "core.api",
    "crm.demo",
    "console",
]
INSTALLED_APPS = [*SHARED_APPS, *TENANT_APPS, *OTHER_APPS]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "core.shell.csp.SecurityHeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "tenants.companies.middleware.CompanyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "tenants.people.middleware.PersonMiddleware",
    "tenants.settings.middleware.SettingsMiddleware",
    "console.middleware.SiteLanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "config.urls"  # companies; CompanyMiddleware chooses public_urls and operator_urls by host
ASGI_APPLICATION = "config.asgi.application"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "core.shell.context.shell",
            ],
        },
    }
]
SHELL_PROVIDER = "console.navigation.HostProvider"
FORM_RENDERER = "core.shell.forms.ShellRenderer"
FORMS_URLFIELD_ASSUME_HTTPS = True

AUTH_USER_MODEL = "people.User"
DEPARTMENT_MODEL = "people.Department"
CUSTOM_FIELDS = "tenants.fields.source"  # every module asks for its company's own fields through this
ACCESS_LOADER = "tenants.roles.access.access_of"  # people stand below roles: what a user may do is asked through this
SESSION_ENGINE = "tenants.people.sessions"
AUTHENTICATION_BACKENDS = ["tenants.people.authentication.AnyNameBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name", "phone", "email")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_HASHERS = (
    ["django.contrib.auth.hashers.MD5PasswordHasher"]  # tests sign in thousands of times
    if ENVIRONMENT == "test"
    else [
        "tenants.people.hashing.PasswordHasher",
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    ]  # older hashes are renewed at sign-in
)
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
PASSWORD_RESET_TIMEOUT = 2 * 3600

# Users are made by administrators and have the e-mail address of their row: allauth verifies and keeps none of its own.
ACCOUNT_ADAPTER = "tenants.people.adapter.AccountAdapter"
ACCOUNT_FORMS = {"user_token": "tenants.people.signin_forms.ResetTokenForm"}
ACCOUNT_LOGIN_METHODS = {"username"}  # our backend takes a phone or an e-mail address for it, too
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"
ACCOUNT_LOGOUT_REDIRECT_URL = "/sign-in/"
ACCOUNT_RATE_LIMITS = {
    # Failed attempts by account and by address (an office shares one); whoever knows the password is not counted.
    "login_failed": "30/10m/ip,5/10m/key",
    "login": "",
    "reset_password": "20/10m/ip,3/10m/key",
    "reset_password_from_key": "20/10m/ip",
    "change_password": "10/10m/user",
}

# `__Host-` binds a cookie to one host: no company's page can set or read another's.
SESSION_COOKIE_NAME = "__Host-session"
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_COOKIE_NAME = "__Host-csrf"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_NAME = "__Host-language"
LANGUAGE_COOKIE_SECURE = True
X_FRAME_OPTIONS = "DENY"
CSP_FORM_ACTION: list[str] = []  # origins, beside the own one, that forms of any page may lead to
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION

VALKEY_URL = env.text("VALKEY_URL", "redis://localhost:6379")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": f"{VALKEY_URL}/0",
        "KEY_FUNCTION": "core.db.cache.company_key",
    }
}
# Publish and subscribe: nothing is stored, and sockets survive a restart of Valkey.
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [{"address": f"{VALKEY_URL}/2", "socket_connect_timeout": 2}]},
    }
}
COMPANY_FOR_HOST = "tenants.companies.lookup.company_for_host"  # sockets ask it; they stand below the companies
LIVE_RECHECK_SECONDS = env.number("QIKU_LIVE_RECHECK_SECONDS", 60)

JOB_SLOTS = env.number("QIKU_JOB_SLOTS", 3)  # jobs that run at once, over all workers of all machines
CELERY_BROKER_URL = f"{VALKEY_URL}/1"
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600, "socket_connect_timeout": 2, "socket_keepalive": True}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_WORKER_CONCURRENCY = env.number("QIKU_WORKER_PROCESSES", JOB_SLOTS)
# Messages are acknowledged when a process takes them (leases say whose a job is), and a worker takes what comes: the
# dispatcher sends no more than can run. So a worker always listens, and notices at once when the broker dies. One that
# holds all it may hold does not listen, and an acknowledgement lost then would block it for good.
CELERY_TASK_ACKS_LATE = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 0
CELERY_WORKER_MAX_TASKS_PER_CHILD = 1000  # memory that work leaves behind goes with its process
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]

for _name, _value in env.mail(
    env.text("EMAIL_URL", "file://" + str(DATA / "mail") if not PRODUCTION else "smtp://localhost")
).items():
    globals()[_name] = _value
DEFAULT_FROM_EMAIL = env.text("QIKU_MAIL_FROM", f"企酷 CRM <no-reply@{HOST}>")

STORAGES = {
    "default": env.storage(env.text("STORAGE_URL"), DATA / "companies"),
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
STATIC_URL = "/static/"
STATIC_ROOT = ROOT / "staticfiles"
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = not PRODUCTION  # files are found when they are asked for: nothing has to be collected
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
ATTACHMENT_MAX_BYTES = 20 * 1024 * 1024

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [ROOT / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser", "rest_framework.parsers.MultiPartParser"],
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "企酷 CRM",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "POSTPROCESSING_HOOKS": [],  # enumerations stay where they are used
}

TEST_RUNNER = "django.test.runner.DiscoverRunner"
SILENCED_SYSTEM_CHECKS = [
    "auth.W004",  # login names are unique among users who are not deleted: a conditional constraint
]
PRODUCT_NAME = _("Qiku CRM")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {"django.request": {"level": "ERROR"}},
}

if SENTRY_DSN := env.text("SENTRY_DSN"):
    import sentry_sdk

    sentry_sdk.init(dsn=SENTRY_DSN, environment=ENVIRONMENT, send_default_pii=False, traces_sample_rate=0.0)
