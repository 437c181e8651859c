"""Django's settings, from the environment and nothing else."""

from typing import Any
from urllib.parse import unquote, urlsplit

import dj_database_url
from csp.constants import SELF
from django.utils.translation import gettext_lazy as _

from mix.config import environment
from mix.config.static import save_pages
from mix.readers.core.catalogue import PACKAGE

ENVIRONMENT = environment.read()
DATA_DIR = ENVIRONMENT.data_dir
SEALER_DIR = ENVIRONMENT.sealer_dir
SEALER_SOCKET = ENVIRONMENT.sealer_socket
SCANNER = ENVIRONMENT.scanner
WITNESSES = ENVIRONMENT.witnesses
SECURITY_CONTACT = ENVIRONMENT.security_contact
DEMO = ENVIRONMENT.demo
SANDBOX = ENVIRONMENT.sandbox
DEBUG = ENVIRONMENT.debug
SECRET_KEY = environment.secret_key(ENVIRONMENT)
BASE_URL = ENVIRONMENT.base_url
_HOST = BASE_URL.split("//", 1)[-1].split(":", 1)[0].split("/", 1)[0]
_LOOPBACK = ["127.0.0.1", "localhost"]  # one and the same, whichever is typed
ALLOWED_HOSTS = ["*"] if DEMO else _LOOPBACK if _HOST in _LOOPBACK else [_HOST]
CSRF_TRUSTED_ORIGINS = [BASE_URL]
PROXIES = ENVIRONMENT.proxies

INSTALLED_APPS = [
    "mix.data",
    "mix.vault",
    "mix.web.drawing",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "django.forms",
    "mix.kinds",  # last: its kinds stand on all that is above
]

MIDDLEWARE = [
    "mix.web.frame.page_cache.PageCacheMiddleware",  # above all that writes headers: it answers with theirs
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "mix.web.frame.middleware.MethodMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",  # below those that put headers on whatever it answers, as the next
    "mix.web.frame.middleware.ClockMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "mix.web.frame.middleware.ActorMiddleware",
    "mix.web.frame.middleware.RefusalMiddleware",
]

if SANDBOX:
    MIDDLEWARE.insert(0, "mix.web.frame.sandbox.SandboxMiddleware")  # before any page that was kept

ROOT_URLCONF = "mix.config.urls"
WSGI_APPLICATION = "mix.config.wsgi.application"

_CONTEXT = ["django.contrib.messages.context_processors.messages", "mix.web.frame.context.frame"]
STRICT_NAMES = DEBUG  # a name that a template misspells fails; elsewhere it is logged (web/frame/environment.py)
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [PACKAGE / "web" / "templates"],
        "OPTIONS": {"environment": "mix.web.frame.environment.environment", "context_processors": _CONTEXT},
    },
    {  # allauth's pages and Django's widgets; of a template that both have, the one above is taken
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "web" / "allauth"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                *_CONTEXT,
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "mix.web.drawing.templatetags.framed",
            ],
        },
    },
]

DATABASES: dict[str, Any] = {"default": dj_database_url.parse(ENVIRONMENT.database_url)}
if "postgresql" in DATABASES["default"]["ENGINE"]:
    _options = DATABASES["default"].setdefault("OPTIONS", {})
    _options.update(
        pool={"min_size": 1, "max_size": 16, "timeout": 30},
        # What is asked again is planned once on each connection: planning costs more than answering does, and
        # PostgreSQL, which does not count what the policies of the wall add to it, would go on planning anew.
        server_side_binding=True,
        prepare_threshold=2,
        options=f"{_options.get('options', '')} -c plan_cache_mode=force_generic_plan".strip(),
    )
    # A database that came back finds dead connections in the pool; nobody's request is the one that notices.
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 600
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
            "PRAGMA recursive_triggers=ON; PRAGMA cache_size=-32000;"
        ),
    }

PAGE_CACHE = 8 * 1024 * 1024  # bytes of public pages that each web process keeps, compressed
# Limits and used codes: shared by all processes, and there after a restart.
CACHES = {"default": {"BACKEND": "mix.data.cache.TableCache"}}

AUTH_USER_MODEL = "data.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {  # Django's own list has fewer than two hundred of that length
        "NAME": "django.contrib.auth.password_validation.CommonPasswordValidator",
        "OPTIONS": {"password_list_path": PACKAGE / "web/entry/common-passwords.txt.gz"},
    },
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "mix.web.entry.passwords.OwnWords"},
]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_SIGNUP_FORM_CLASS = "mix.web.entry.forms.SignUp"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_ADAPTER = "mix.web.entry.adapter.Adapter"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # before an address of mail changes; a password asks for the old one anyhow
# Guesses are counted for the account first, from each address apart (web/entry/adapter.py): whoever guesses shuts out
# nobody else. What one address may do is generous, for a whole city hall may have one.
ACCOUNT_RATE_LIMITS = {
    "login": "300/m/ip",
    "login_failed": "10/10m/key,300/10m/ip",
    "reset_password": "5/10m/key,100/10m/ip",
    "reset_password_from_key": "100/10m/ip",
    "signup": "100/h/ip",
}
MFA_RATE_LIMITS = {"webauthn_login": "300/m/ip"}
MFA_ADAPTER = "mix.web.entry.factors.FactorAdapter"
MFA_FORMS = {
    "login_webauthn": "mix.web.entry.passkeys.SignInWithPasskey",
    "reauthenticate_webauthn": "mix.web.entry.passkeys.ShowPasskeyAgain",
    "add_webauthn": "mix.web.entry.passkeys.AddPasskey",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# Browsers know passkeys on https and on this very machine.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = BASE_URL.startswith("http://")
SOCIALACCOUNT_ADAPTER = "mix.web.entry.adapter.CityAdapter"
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"  # a city's own service vouches for addresses of its domains
SOCIALACCOUNT_LOGIN_ON_GET = True  # the way there leads off this site, where the policy for forms lets none go
SOCIALACCOUNT_STORE_TOKENS = False
MFA_TOTP_ISSUER = "MIX"
LOGIN_REDIRECT_URL = "home-of-person"
LOGIN_URL = "account_login"
SESSION_ENGINE = "mix.data.sessions"
SESSION_COOKIE_AGE = 12 * 3600  # the longest that a session lasts, however much it is used (web/frame/idle.py)
SESSION_IDLE = 2 * 3600  # seconds without a request, after which one signs in again (web/frame/idle.py)
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True  # a form has its token in a field
SESSION_COOKIE_SAMESITE = "Lax"

EMAIL_FILE_PATH = DATA_DIR / "mail"
DEFAULT_FROM_EMAIL = ENVIRONMENT.mail_from
EMAIL_TIMEOUT = 20
SENDS_MAIL = bool(ENVIRONMENT.mail_url)
if SENDS_MAIL:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    MAIL = urlsplit(ENVIRONMENT.mail_url)
    EMAIL_USE_SSL = MAIL.scheme == "smtps"
    # a server on this very machine needs no TLS; any other is not spoken to without
    EMAIL_USE_TLS = not EMAIL_USE_SSL and MAIL.hostname not in ("localhost", "127.0.0.1", "::1")
    EMAIL_HOST = MAIL.hostname or ""
    EMAIL_PORT = MAIL.port or (465 if EMAIL_USE_SSL else 587 if EMAIL_USE_TLS else 25)
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(MAIL.username or ""), unquote(MAIL.password or "")
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fr", _("French"))]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
# The wheel brings its static files hashed and compressed; beside the source they are collected at `mix setup`.
IS_ASSEMBLED = (PACKAGE / "assembled").is_dir()
STATIC_ROOT = PACKAGE / "assembled" if IS_ASSEMBLED else DATA_DIR / "static"
STATICFILES_DIRS = [PACKAGE / "web" / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = False
WHITENOISE_ADD_HEADERS_FUNCTION = save_pages
CSRF_FAILURE_VIEW = "mix.web.frame.kept.refuse_token"
FORM_RENDERER = "mix.web.forms.fields.Renderer"
# Only the encrypting view for sealed files reads uploads, and it brings its own handler: with Django's
# handlers installed a large file would lie in a temporary folder in the clear.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
PUBLIC_FILE_LIMIT = SEALED_FILE_LIMIT = 100 * 1024 * 1024
UPLOADS_LEAVE = 256 * 1024 * 1024  # what files may not take of the disk, so that finalising goes on when they must wait
SEALED_SUBMISSION_LIMIT = 500 * 1024 * 1024
VENDOR_FILES_LIMIT = 4 * 1024 * 1024 * 1024  # in all of a vendor's submissions that nobody has opened
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "form-action": [SELF],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "object-src": ["'none'"],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
# Anybody can write such a header: it is believed where a proxy is known to write it over.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PROXIES else None
IS_HTTPS = BASE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
if IS_HTTPS:  # a cookie of that name is this host's own, which no other host of its domain can set
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
SECURE_HSTS_SECONDS = 31536000 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_HTTPS
SILENCED_SYSTEM_CHECKS = ["models.W042"]
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "mix.config.lines.Line"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"mix.web.frame.heard": {"level": "INFO"}},
}
