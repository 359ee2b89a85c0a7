"""Django's settings, from the environment alone (dashboard.env). Runs with nothing set.

Embedded and production differ in values only, never in code paths.
"""

from pathlib import Path
from typing import Any

from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from dashboard import env as environment
from dashboard.databases import database

ENV = environment.read()
BASE_DIR = environment.CHECKOUT
HAULOUT_DATA: Path = ENV.data
HAULOUT_RUN: Path = ENV.run
HAULOUT_URL: str = ENV.url
HAULOUT_PROCESS: str = ENV.process
HAULOUT_CRASH_AT: Path | None = ENV.crash_at
HAULOUT_CLOCKS: float = ENV.clocks
HAULOUT_GATE_PORT: int = ENV.gate_port
HAULOUT_GATE_HTTP_PORT: int = ENV.gate_http_port
HAULOUT_KEYS: Path = ENV.data / "keys"
HAULOUT_VAULT_KEY_FILE: Path = ENV.vault_key_file
HAULOUT_VAULT_PUBLIC_KEY_FILE: Path = HAULOUT_KEYS / "vault.pub"
HAULOUT_AUDIT_HASH_KEY_FILE: Path = HAULOUT_KEYS / "audit_hash.key"
HAULOUT_CHECKPOINT_KEY_FILE: Path = HAULOUT_KEYS / "checkpoint.key"
# every entry is also appended here as a line of JSON; empty: nowhere
HAULOUT_AUDIT_FILE: str = ENV.audit_file
# who else may say who somebody is (dashboard.oidc)
HAULOUT_OIDC_FILE: Path = ENV.oidc_file
HAULOUT_SIGNIN_KEY_FILE: Path = HAULOUT_KEYS / "signin.key"
HAULOUT_TRUSTED_PROXIES: tuple[str, ...] = ENV.trusted_proxies
# how long a terminal lives on without anybody who looks at it
HAULOUT_TERMINAL_GRACE_S: float = ENV.terminal_grace_s
HAULOUT_ALLOW_LOOPBACK_HOSTS: bool = ENV.allow_private_services
REDIS_URL: str = ENV.redis_url
# of people who have not signed in (dashboard.connections)
HAULOUT_CONNECTIONS_PER_ADDRESS: int = ENV.connections_per_address
HAULOUT_UPLOAD_MIB: int = ENV.upload_mib

SECRET_KEY = environment.secret_key(HAULOUT_KEYS / "secret.key")
DEBUG = False
ALLOWED_HOSTS = ENV.host_names
CSRF_TRUSTED_ORIGINS = ENV.origins

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "channels",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "audit.apps.AuditConfig",
    "accounts.apps.AccountsConfig",
    "hosts.apps.HostsConfig",
    "dashboard.apps.DashboardConfig",
]
MIDDLEWARE = [
    "dashboard.middleware.Probes",
    "dashboard.middleware.Headers",
    "dashboard.api.headers.RateLimits",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # pages of lists are 150 kB plain, 15 kB so; Django pads against guessing by length
    "dashboard.middleware.Compressed",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "dashboard.session_age.SessionAge",
    "dashboard.middleware.SignInRequired",
    "dashboard.middleware.Refusals",
]
ROOT_URLCONF = "dashboard.urls"
ASGI_APPLICATION = "dashboard.asgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "dashboard.frame.frame",
            ],
            "builtins": [
                "dashboard.templatetags.crumb",
                "dashboard.templatetags.lucide",
                "django.templatetags.i18n",
            ],
        },
    }
]

DATABASES = {
    "default": database(ENV.database_url, HAULOUT_DATA / "haulout.sqlite3", process=HAULOUT_PROCESS)
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    # rate limits and short-lived notes, as JSON; the database serves, so that it works while Redis is away
    "default": {
        "BACKEND": "dashboard.cache.Cache",
        "LOCATION": "dashboard_cache",
    }
}
CHANNEL_LAYERS = {
    # bells alone go through it (hosts.bells). A connection that is half gone is noticed by its pings
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {
            "hosts": [
                {"address": REDIS_URL, "socket_connect_timeout": 5, "health_check_interval": 15}
            ],
            "prefix": "haulout",
        },
    }
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
    )
]
AUTH_PASSWORD_VALIDATORS[1]["OPTIONS"] = {"min_length": 12}  # type: ignore[assignment]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"

ACCOUNT_ADAPTER = "dashboard.pages.signin.adapter.Adapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_LOGOUT_ON_GET = False
# this session stays; all others end by the changed hash
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    # the last one keeps a code of six digits from being guessed patiently
    "login_failed": "10/m/ip,5/300s/key,100/d/key",
    "one_time_link": "20/m/ip",
    "provider": "30/m/ip",
}
ACCOUNT_FORMS = {
    "login": "dashboard.pages.signin.forms.SignInForm",
    "change_password": "dashboard.pages.signin.forms.ChangePasswordForm",
    "reauthenticate": "dashboard.pages.signin.forms.ReauthenticateForm",
}
MFA_ADAPTER = "dashboard.pages.signin.mfa.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "dashboard.pages.signin.mfa.AuthenticateForm",
    "reauthenticate": "dashboard.pages.signin.mfa.ReauthenticateForm",
    "activate_totp": "dashboard.pages.signin.mfa.ActivateForm",
    "add_webauthn": "dashboard.pages.signin.passkeys.AddForm",
    "edit_webauthn": "dashboard.pages.signin.passkeys.EditForm",
    "authenticate_webauthn": "dashboard.pages.signin.passkeys.AuthenticateForm",
    "login_webauthn": "dashboard.pages.signin.passkeys.LoginForm",
    "reauthenticate_webauthn": "dashboard.pages.signin.passkeys.ReauthenticateForm",
}
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_RATE_LIMITS = {"webauthn_login": "10/m/ip"}
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = "Haulout"
MFA_TOTP_TOLERANCE = 1

SESSION_ENGINE = "dashboard.session_store"
# what stands in the database is read as data, never as code
SESSION_SERIALIZER = "django.contrib.sessions.serializers.JSONSerializer"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENV.https
SESSION_COOKIE_NAME = "__Host-haulout" if ENV.https else "haulout"
CSRF_COOKIE_NAME = "__Host-haulout-csrf" if ENV.https else "haulout-csrf"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
# idle end, which dashboard.session_age slides, and absolute end
SESSION_COOKIE_AGE = ENV.session_idle_hours * 3600
HAULOUT_SESSION_END_S = ENV.session_days * 24 * 3600
SECURE_HSTS_SECONDS = 31_536_000 if ENV.https and not ENV.own_certificate else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENV.behind_proxy else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "dashboard.errorpages.not_sent_from_here"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
        "manifest-src": [SELF],
    }
}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
STATIC_ROOT = HAULOUT_DATA / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "dashboard.vendor.VendorFiles",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "dashboard.statics.Statics"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

LOGGING_CONFIG = "dashboard.logs.configure"
LOGGING = {"process": HAULOUT_PROCESS}
