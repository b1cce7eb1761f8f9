"""Settings: safe by default. What differs between installations comes from the environment or the data folder."""

import os
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from kuramori.site.configuration import data_folder, database, gigabytes, mail_server, one_of, secret_key

DATA = data_folder(os.environ)
DEBUG = False
DEMO = os.environ.get("KURAMORI_DEMO") == "1"
SECRET_KEY = secret_key(DATA)
PUBLIC_URL = os.environ.get("KURAMORI_PUBLIC_URL", "http://localhost:8000")
ALLOWED_HOSTS = os.environ.get("KURAMORI_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
_scheme, _name = urlsplit(PUBLIC_URL).scheme, urlsplit(PUBLIC_URL).hostname
if _scheme != "https" and not (_scheme == "http" and _name in {"localhost", "127.0.0.1", "::1"}):
    raise ImproperlyConfigured("KURAMORI_PUBLIC_URL must begin with https:// unless it names this machine")

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",  # allauth's pages of sessions and passkeys load it
    "django_htmx",
    "lucide",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "kuramori.kernel",
    "kuramori.directory",
    "kuramori.approvals",
    "kuramori.duties",
    "kuramori.evidence",
    "kuramori.governance",
    "kuramori.register",
    "kuramori.watch",
    "kuramori.site",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "kuramori.directory.middleware.ViewerMiddleware",
    "kuramori.kernel.pages.RefusalMiddleware",
    "kuramori.watch.feeding.openings.OpeningsMiddleware",
]
ROOT_URLCONF = "kuramori.site.urls"
WSGI_APPLICATION = "kuramori.site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # the site's own templates come first, so that sign-in pages of allauth wear our look
        "DIRS": [Path(__file__).parent / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "kuramori.site.context.shell",
            ],
            "builtins": ["kuramori.kernel.templatetags.kuramori"],
        },
    }
]

DATABASES = {"default": database(os.environ, DATA)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Jobs are done as who asked for them, as he stands when they are done; the kernel knows nobody, so it asks here.
KURAMORI_VIEWER_OF = "kuramori.directory.viewing.viewer_of_person_id"
# Who stands in for whom: a function (people, day) of the room that keeps deputies, for rooms that do not know it.
KURAMORI_DEPUTIES_OF = ""
AUTH_USER_MODEL = "directory.Account"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # accounts are opened by HR's feed, not by whoever holds a mailbox
ACCOUNT_ADAPTER = "kuramori.directory.signin.AccountAdapter"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = PUBLIC_URL.startswith("http://localhost")
MFA_TOTP_ISSUER = "Kuramori"
# Roles that must sign in with a second factor: one setting (SYS-20, SYS-21).
MFA_REQUIRED_ROLES = [r for r in os.environ.get("KURAMORI_MFA_ROLES", "").split(",") if r]

# Mails carry no words about secrets: heads of the ledger to auditors (KURAMORI_SMTP, KURAMORI_MAIL_FROM).
globals().update(mail_server(os.environ))

LANGUAGE_CODE = "ja"
LANGUAGES = [("ja", "日本語"), ("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
# The ledger's name for life: taken at the first start, afterwards the ledger itself says it.
LEDGER_ORIGIN = os.environ.get("KURAMORI_LEDGER_NAME") or f"{urlsplit(PUBLIC_URL).hostname}/kuramori-ledger"
COMPANY_ZONE = os.environ.get("KURAMORI_ZONE", "Asia/Tokyo")
PATROL_DAYS = int(os.environ.get("KURAMORI_PATROL_DAYS", "30"))  # so long a post that is not ours is kept
# What the nightly check reads of the files in custody, in bytes; a round over more takes several nights.
CUSTODY_CHECK_BYTES = gigabytes(os.environ, "KURAMORI_CUSTODY_CHECK_GB", 32)
# The folder with a folder of documents for each secret; without it, `documents` in the data folder.
DOCUMENTS = os.environ.get("KURAMORI_DOCUMENTS", "")
# Which engine runs the nights of the event lake; clickhouse needs KURAMORI_CLICKHOUSE_URL or the package chdb.
LAKE_ENGINE = one_of(os.environ, "KURAMORI_LAKE_ENGINE", ("duckdb", "clickhouse"))
# What counting the rows of a list may take, about; where it would take longer, the list says "200+" or "50+".
LIST_COUNT_SECONDS = 0.03
LANGUAGE_COOKIE_SAMESITE = "Lax"

STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True  # files are served from the packages: nothing to collect, no step to forget
WHITENOISE_AUTOREFRESH = False
FILE_UPLOAD_TEMP_DIR = None
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20
FILE_UPLOAD_MAX_MEMORY_SIZE = 2**20

SECURE = PUBLIC_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_HSTS_PRELOAD = SECURE
SECURE_SSL_REDIRECT = False  # the proxy in front does it
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
SILENCED_SYSTEM_CHECKS: list[str] = []

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"kuramori": {"level": "INFO"}},
}
