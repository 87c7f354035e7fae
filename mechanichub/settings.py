"""All settings, from the environment, failing closed.

Each of `DATABASE_URL`, `CHANNELS_URL`, `FILES_URL` and `EMAIL_URL` names a real service. `make run` and `make test` start
embedded ones and pass their addresses on in the same variables, so nothing below knows the difference. A server refuses to
start without them (mechanichub/checks.py); with DEBUG, a command may run without.
"""

from pathlib import Path
from urllib.parse import unquote, urlsplit

import environ
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _
from whitenoise.compress import Compressor

from mechanichub.addresses import file_origins, file_storage

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.str("VAR_DIR", str(BASE_DIR / "var")))  # what the embedded parts keep

# --- what is this installation -------------------------------------------------------------------
DEBUG = env.bool("DEBUG", False)
SITE_URL = env.str("SITE_URL", "http://localhost:8000").rstrip("/")
_site = urlsplit(SITE_URL)
_secure = _site.scheme == "https"
SITE_NAME = env.str("SITE_NAME", "MechanicHub")
DEMO = env.bool("DEMO", False)  # demo people and cars, and a demo payment gateway that takes no money

SECRET_KEY = env.str("SECRET_KEY", "only-for-debugging" if DEBUG else "")
DATABASE_URL = env.str("DATABASE_URL", "")
CHANNELS_URL = env.str("CHANNELS_URL", "")
FILES_URL = env.str("FILES_URL", (VAR_DIR / "files").as_uri() if DEBUG else "")
EMAIL_URL = env.str("EMAIL_URL", (VAR_DIR / "mail").as_uri() if DEBUG else "")

# --- applications ---------------------------------------------------------------------------------
INSTALLED_APPS = [
    "mechanichub",
    "accounts_app",
    "billing_app",
    "sessions_app",
    "files_app",
    "diagnostics_app",
    "requests_app",
    "lifecycle",
    "live",
    "dashboard",
    "legacy_app",
    "api_app",
    "webhooks_app",
    "demo",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "channels",
    "csp",
    "django_htmx",
    "phonenumber_field",
    "procrastinate.contrib.django",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "import_export",
    "console.apps.StaffAdmin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.forms",
    "whitenoise.runserver_nostatic",
    "mechanichub.apps.Collected",
]

MIDDLEWARE = [
    "mechanichub.health.Health",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "mechanichub.middleware.CompressedPages",
    "mechanichub.middleware.DatabaseOutages",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "mechanichub.htmx.SignIn",
    "allauth.account.middleware.AccountMiddleware",
    "accounts_app.second_factor.StaffNeedSecondFactor",
    "mechanichub.middleware.PrivatePages",
    "mechanichub.middleware.DevicesForUsOnly",
    "mechanichub.middleware.NothingBehindNul",
    "console.customer_view.CustomerView",
    "mechanichub.middleware.LocalTime",
    "mechanichub.middleware.DomainErrors",
]

ROOT_URLCONF = "mechanichub.urls"
WSGI_APPLICATION = "mechanichub.wsgi.application"
ASGI_APPLICATION = "mechanichub.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "mechanichub.context.site",
            ],
        },
    }
]

FORM_RENDERER = "django.forms.renderers.TemplatesSetting"  # every field looks like templates/django/forms/field.html
MESSAGE_TAGS = {10: "info", 20: "info", 25: "ok", 30: "warn", 40: "danger"}  # the ends of .toast-...

# --- storage --------------------------------------------------------------------------------------
DATABASES = {"default": env.db_url_config(DATABASE_URL) if DATABASE_URL else {"ENGINE": "django.db.backends.postgresql"}}
DATABASES["default"] |= {
    "CONN_MAX_AGE": 60,  # HTTP runs in a few long-lived threads, each keeps one connection
    "CONN_HEALTH_CHECKS": True,  # so that a restarted PostgreSQL costs one request at most
    "OPTIONS": {"application_name": "mechanichub", "connect_timeout": 5} | DATABASES["default"].get("OPTIONS", {}),
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}}
CHANNEL_LAYERS = {"default": {"BACKEND": "live.layer.ChannelLayer", "CONFIG": {"hosts": [CHANNELS_URL]}}} if CHANNELS_URL else {}
STATIC_URL = "/static/"
STATIC_ROOT = env.str("STATIC_ROOT", str(VAR_DIR / "static"))
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = [*Compressor.SKIP_COMPRESS_EXTENSIONS, "map"]
FILES_ENABLED = env.bool("FILES_ENABLED", True)  # false: everything works but files
FILES_KEPT_DAYS = env.int("FILES_KEPT_DAYS", 365)  # after the end of their session
CLAMD_URL = env.str("CLAMD_URL", "")  # a virus scanner, tcp://host:3310 or unix:///path; without its word no file is shown
X_ACCEL = env.str("X_ACCEL", "")  # where nginx serves the folder of FILES_URL from, such as /protected/ (deploy/nginx.conf)
STORAGES = {
    "default": file_storage(FILES_URL, otherwise=str(VAR_DIR / "files")),
    "staticfiles": {"BACKEND": "mechanichub.stylesheets.StaticFiles"},
}

# --- mail -----------------------------------------------------------------------------------------
# file:///some/folder writes each mail to a file; smtp://, smtps:// (STARTTLS) and smtp+ssl:// send it.
if EMAIL_URL.startswith("file:"):
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = unquote(urlsplit(EMAIL_URL).path)
elif EMAIL_URL:
    vars().update(environ.Env.email_url_config(EMAIL_URL))
    EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", f"{SITE_NAME} <no-reply@{_site.hostname}>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- people ---------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts_app.User"
AUTHENTICATION_BACKENDS = ["accounts_app.backends.EmailBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator", "NumericPasswordValidator")
]
LOGIN_URL = "account_login"
SESSION_ENGINE = "accounts_app.sessions"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accounts_app.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "signup": "accounts_app.forms.SignupForm",
    "login": "accounts_app.forms.LoginForm",
    "request_login_code": "accounts_app.forms.RequestLoginCodeForm",
    "confirm_login_code": "accounts_app.forms.ConfirmLoginCodeForm",
    "confirm_email_verification_code": "accounts_app.forms.ConfirmEmailVerificationCodeForm",
    "change_email": "accounts_app.forms.ChangeEmailForm",
    "add_email": "accounts_app.forms.AddEmailForm",
    "reset_password": "accounts_app.forms.ResetPasswordForm",
    "confirm_password_reset_code": "accounts_app.forms.ConfirmPasswordResetCodeForm",
    "reset_password_from_key": "accounts_app.forms.ResetPasswordKeyForm",
    "change_password": "accounts_app.forms.ChangePasswordForm",
    "set_password": "accounts_app.forms.SetPasswordForm",
    "reauthenticate": "accounts_app.forms.ReauthenticateForm",
}
MFA_FORMS = {
    "authenticate": "accounts_app.forms.AuthenticateForm",
    "reauthenticate": "accounts_app.forms.ReauthenticateByCodeForm",
    "activate_totp": "accounts_app.forms.ActivateTOTPForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_CHANGE = False  # allauth offers it for new addresses only, which tells who has an account
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60  # seconds; mail takes its time, and somebody is on a phone beside the road
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 3
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_CHANGE_EMAIL = True  # one address, and a new one replaces it when it is confirmed
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = True
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if env.bool("BEHIND_PROXY", False) else 0  # whose word about the client's address counts
MFA_ADAPTER = "accounts_app.adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # a clock may be 30 seconds off
MFA_TOTP_ISSUER = SITE_NAME
PHONENUMBER_DEFAULT_REGION = env.str("PHONE_REGION", "US")

# --- work -----------------------------------------------------------------------------------------

# Deadlines of a session, in seconds (docs/ARCHITECTURE.md, the moves table).
ESCALATE_AFTER = 15 * 60
PREFERRED_WINDOW = 10 * 60
MECHANIC_NO_SHOW = 5 * 60
CUSTOMER_NO_SHOW = 10 * 60
UNPAID_TIMEOUT = 24 * 3600
UNATTENDED_TIMEOUT = 24 * 3600
LIVE_TIMEOUT = 3 * 3600
SHORTEST_SESSION = env.int("SHORTEST_SESSION", 60)
PRESENT_FOR = 45  # a person counts as present this long after the last sign of life
REPORT_PAPER = env.str("REPORT_PAPER", "")  # A4 or Letter; without it, what is used where the customer or the mechanic is

# --- the API (api_app/) ---------------------------------------------------------------------------
REST_FRAMEWORK = {
    # An endpoint says who may use it (api_app/endpoint.py); what is none lets nobody in.
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["api_app.permissions.Nobody"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["api_app.bodies.StrictJSON"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "api_app.errors.problem_response",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "URL_FORMAT_OVERRIDE": None,
}
# Calls at once and in the long run, of a person and of an address from which nobody is signed in; in each process.
API_LIMITS = {"person": {"at_once": 120, "a_minute": 600}, "address": {"at_once": 30, "a_minute": 60}}
SPECTACULAR_SETTINGS = {
    "TITLE": f"{SITE_NAME} API",
    "DESCRIPTION": """What the pages do, for programs: the same rights, the same rules, the same words.

- **Signing in**: `Authorization: Bearer mh_...` with a token from your account's page, or a browser that is signed in.
- **Errors** are `application/problem+json` (RFC 9457). `code` is for programs, `detail` for people, `fields` says what to correct.
- **Bodies** are JSON. A name that is not known is refused, in a body and in a query, and so is a value of another type.
- **Lists** come in pages: follow `next` and `previous`. Times are UTC; days begin where you are.
- **Polling** is cheap: send the `ETag` that you have as `If-None-Match`, and nothing new is 304.
- **Trying again** is safe: with an `Idempotency-Key` a POST is done once, and answered the same for a day.
- **Limits** are answered with 429, and `Retry-After` in seconds.
""",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVERS": [{"url": SITE_URL}],
    "POSTPROCESSING_HOOKS": [],  # choices stay where they are used: a name of their own would say less
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
}

# --- webhooks -------------------------------------------------------------------------------------
WEBHOOKS_LOCAL = env.bool("WEBHOOKS_LOCAL", False)  # for trying out: http, and servers on this very machine, may be posted to

# --- calls ----------------------------------------------------------------------------------------
# stun: and turn: addresses (RFC 7064, 7065), separated by commas. Without any, only browsers in one network find each other.
STUN_URLS = env.list("STUN_URLS", default=[])
TURN_URLS = env.list("TURN_URLS", default=[])
TURN_SECRET = env.str("TURN_SECRET", "")  # static-auth-secret of the coturn there (deploy/coturn.conf)
CALL_RELAY_ONLY = env.bool("CALL_RELAY_ONLY", False)  # neither side learns the other's network address

# --- safety ---------------------------------------------------------------------------------------
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[_site.hostname, "localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[SITE_URL])
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = _secure
SESSION_COOKIE_HTTPONLY = True
CSRF_USE_SESSIONS = False
CSRF_FAILURE_VIEW = "mechanichub.views.csrf_failure"
SECURE_HSTS_SECONDS = 31536000 if _secure else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _secure
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", False) else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_500_000  # a form with 1 MB of text gets a field error, not a dead end
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", *file_origins(FILES_URL)],
        "media-src": [SELF, *file_origins(FILES_URL)],
        "connect-src": [SELF, *file_origins(FILES_URL)],
        "font-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # addresses are unique, without regard to case: accounts_app.User.Meta
if not _secure:  # a trial on one's own machine has no certificate
    SILENCED_SYSTEM_CHECKS += ["security.W004", "security.W008", "security.W012", "security.W016"]

# --- language and time ----------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "mechanichub.formats"
TIME_ZONE = "UTC"
USE_TZ = True

# --- logging --------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "INFO")},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "procrastinate": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},
        "fontTools": {"level": "WARNING"},
        "fpdf": {"level": "WARNING"},
        # It logs a lost connection with a traceback, and again every second; live/hub.py notices the same and says it in a line.
        "channels_redis": {"level": "CRITICAL"},
    },
}
