"""Settings, typed and frozen, read once from the environment."""

import json
import secrets
from datetime import time
from functools import cached_property
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class ConfigError(Exception):
    """The environment does not allow a start; the text says which variable to set."""


class Retention(BaseModel):
    """How long one kind of data is kept, where the department decided otherwise than we ship."""

    model_config = ConfigDict(frozen=True)

    days: int = Field(ge=1)
    basis: str = Field(min_length=10)


class Config(BaseSettings):
    """Every setting; the variable is the field's name in capitals."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    env: Literal["development", "production", "test"] = Field(
        "development", validation_alias="VANTHU_ENV"
    )
    data_dir: Path = Field(ROOT / "var", description="database, files and letters of one machine")
    database_url: str = Field("", description="sqlite:///… (default) or postgresql+psycopg://…")
    jobs_url: str = Field("", description="sqlite:///…, postgresql://… or redis://…")
    secret_key: str = Field("", description="at least 32 characters; required in production")
    data_keys_text: SecretStr = Field(
        SecretStr(""),
        validation_alias="DATA_KEYS",
        description="keys of files and personal data, newest first, separated by commas",
    )
    step_up_minutes: int = Field(
        5, ge=1, le=30, description="a one-time code for one purpose counts for so long"
    )
    base_url: str = Field("http://127.0.0.1:8000", description="the public address")
    smtp_url: str = Field("smtp://127.0.0.1:2525", description="smtp://, smtps://, ?starttls=…")
    mail_from: str = Field("vanthu@localhost.localdomain", description="sender of all mail")
    sms: Literal["", "off", "local", "http"] = Field(
        "", description="http with SMS_URL, an inbox in development, off elsewhere"
    )
    sms_url: str = Field("", description="where the SMS gateway takes a POST")
    sms_token: SecretStr = Field(SecretStr(""), description="bearer token of the SMS gateway")
    sms_token_file: Path | None = Field(None, description="file with the token, read each time")
    sms_body: str = Field(
        '{"to": "{to}", "text": "{text}", "reference": "{reference}"}',
        description="JSON the gateway wants; {digits} is the number without its plus",
    )
    staff_email_codes: bool = Field(False, description="staff may use e-mail codes to sign in")
    mail_max_hours: int = Field(72, description="after so long a mail is given up")
    office_opens: time = Field(time(7, 30), description="start of office hours")
    office_closes: time = Field(time(17, 0), description="end of office hours")
    after_hours_next_day: bool = Field(
        True, description="what arrives outside office hours counts from the next opening"
    )
    supplement_days: int = Field(10, description="working days an applicant has to supplement")
    activation_days: int = Field(7, description="days an activation link is valid")
    password_profile: Literal["so-y-te", "nist"] = Field(
        "so-y-te", description="rules of staff passwords: the health authorities' or NIST's"
    )
    password_min: int | None = Field(
        None, ge=8, le=64, description="shortest staff password; 8, with nist 15"
    )
    password_history: int = Field(
        5, ge=1, le=24, description="so many of a person's last passwords do not come back"
    )
    password_months: int = Field(6, ge=1, description="a password is changed at least so often")
    password_reminder_days: int = Field(
        14, description="custodians and staff are reminded so many days before"
    )
    seals_to: str = Field("", description="address that gets the seal of each day, to keep it")
    unused_account_days: int = Field(
        90, ge=1, description="accounts not activated after so many days are reviewed"
    )
    comment_reminder_days: int = Field(
        3, description="bodies that have not commented are reminded so many days before"
    )
    staff_link_hours: int = Field(
        48, ge=1, le=336, description="a link by which staff choose a password opens so long"
    )
    idle_account_days: int = Field(
        45, ge=1, description="a staff account nobody used for so many days is suspended"
    )
    rights_review_months: int = Field(
        6, ge=1, description="every right of a person is confirmed at least so often"
    )
    upload_max_mb: int = Field(10, description="largest attachment")
    rate_limit_factor: int = Field(
        1, ge=0, description="multiplies the limits per network address; 0: none"
    )
    files_url: str = Field("", description="a host of its own for files of strangers")
    clamd: str = Field("", description="ClamAV: unix:///run/clamav/clamd.ctl or tcp://host:3310")
    session_idle_minutes: int = Field(60, description="staff are signed out after so long")
    session_hours: int = Field(12, description="longest sign-in")
    retention: dict[str, Retention] = Field(
        default_factory=dict,
        description='{"drafts": {"days": 60, "basis": "…"}}: vanthu retention preview names them',
    )
    render_seconds: int = Field(30, description="longest time one letter may take to render")
    signing: Literal["", "off", "software", "pkcs11", "csc"] = Field(
        "", description="who holds the keys; software in development, off elsewhere"
    )
    signing_dir: Path | None = Field(None, description="keys (.p12) and images (.png)")
    signing_keys: dict[str, str] = Field(
        default_factory=dict, description='{"chi": "label on the token", "body": "…"}'
    )
    signing_pin: SecretStr = Field(SecretStr(""), description="the PIN of every key")
    signing_pin_file: Path | None = Field(None, description="lines of key=PIN, read each time")
    signing_service: str = Field("", description="PKCS#11 library, or address of a CSC service")
    signing_token: str = Field("", description="label of the PKCS#11 token")
    signing_access_file: Path | None = Field(None, description="access token of the CSC service")
    signature_level: Literal["B-B", "B-T", "B-LT"] = Field(
        "B-B", description="B-T and B-LT need TIMESTAMP_URL"
    )
    timestamp_url: str = Field("", description="timestamp authority (RFC 3161)")
    trust_roots: Path | None = Field(None, description="PEM of the roots signatures hang on")
    seal_mm: float = Field(36.0, gt=10, lt=60, description="diameter of the seal")
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING, ERROR")
    trusted_hosts: str = Field(
        "", description="other names of this host in production, separated by commas"
    )
    trusted_proxies: int = Field(0, description="reverse proxies whose X-Forwarded-* are believed")

    @model_validator(mode="after")
    def _signs_completely(self) -> Self:
        if self.signing in ("pkcs11", "csc") and not self.signing_service:
            raise ConfigError(f"SIGNING={self.signing} needs SIGNING_SERVICE")
        if self.signature_level != "B-B" and not self.timestamp_url:
            raise ConfigError(f"SIGNATURE_LEVEL={self.signature_level} needs TIMESTAMP_URL")
        return self

    @model_validator(mode="after")
    def _sends_sms_safely(self) -> Self:
        if self.sms == "http" and not self.sms_url:
            raise ConfigError("SMS=http needs SMS_URL")
        schemes = ("https://",) if self.is_production else ("https://", "http://")
        if self.sms_url and not self.sms_url.startswith(schemes):
            raise ConfigError("SMS_URL must begin with https://")
        if self.sms == "local" and self.is_production:
            raise ConfigError("SMS=local shows codes to everybody: not in production")
        try:
            json.loads(self.sms_body)
        except ValueError:
            raise ConfigError("SMS_BODY is not JSON") from None
        return self

    @model_validator(mode="after")
    def _ready_for_production(self) -> Self:
        if self.env != "production":
            return self
        missing = [
            name.upper()
            for name in ("secret_key", "database_url", "base_url", "smtp_url", "mail_from")
            if name not in self.model_fields_set
        ]
        if missing:
            raise ConfigError(f"production needs {', '.join(missing)}")
        if len(self.secret_key) < 32:
            raise ConfigError("SECRET_KEY is shorter than 32 characters")
        if any(len(key) < 32 for key in self.data_keys):
            raise ConfigError("a key of DATA_KEYS is shorter than 32 characters")
        if not self.base_url.startswith("https://"):
            raise ConfigError("BASE_URL must begin with https://")
        return self

    @property
    def is_production(self) -> bool:
        """Whether this is the real thing."""
        return self.env == "production"

    @cached_property
    def database(self) -> str:
        """SQLAlchemy address of the database; psycopg 3 for any postgresql:// address."""
        url = self.database_url or f"sqlite:///{self.data_dir / 'vanthu.db'}"
        scheme, _, rest = url.partition("://")
        return f"postgresql+psycopg://{rest}" if scheme.startswith("postgres") else url

    @cached_property
    def jobs(self) -> str:
        """Address of the job queue; follows the database unless it is named."""
        if self.jobs_url:
            return self.jobs_url
        if self.database.startswith("postgresql"):
            return self.database.replace("postgresql+psycopg", "postgresql", 1)
        return f"sqlite:///{self.data_dir / 'jobs.db'}"

    @cached_property
    def secret(self) -> str:
        """The key outside the database; on one development machine it is made and kept."""
        if self.secret_key:
            return self.secret_key
        path = self.data_dir / "secret_key"
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with path.open("x", encoding="ascii") as file:
                path.chmod(0o600)
                file.write(secrets.token_urlsafe(48))
        except FileExistsError:
            pass
        return path.read_text(encoding="ascii")

    @cached_property
    def data_keys(self) -> tuple[str, ...]:
        """The keys of what is encrypted at rest, the newest first; empty: SECRET_KEY serves."""
        named = self.data_keys_text.get_secret_value().split(",")
        return tuple(key.strip() for key in named if key.strip())

    @cached_property
    def hosts(self) -> tuple[str, ...]:
        """The names this host answers to in production."""
        named = [urlsplit(url).hostname or "" for url in (self.base_url, self.files_url)]
        named += [name.strip() for name in self.trusted_hosts.split(",")]
        return tuple(name for name in named if name)

    @property
    def files_dir(self) -> Path:
        """Where attachments and letters lie, by content."""
        return self.data_dir / "files"

    @property
    def signs_with(self) -> str:
        """Who holds the keys, or "off": only a development machine signs without being told."""
        return self.signing or ("software" if self.env == "development" else "off")

    @property
    def sms_with(self) -> str:
        """Who takes SMS: "http", "local" or "off"."""
        by_default = "local" if self.env == "development" else "off"
        return self.sms or ("http" if self.sms_url else by_default)

    @property
    def sms_access(self) -> str:
        """The token of the SMS gateway; a file may change while it runs."""
        if self.sms_token_file is not None:
            return self.sms_token_file.read_text(encoding="utf-8").strip()
        return self.sms_token.get_secret_value()

    @property
    def sms_dir(self) -> Path:
        """Where the local inbox keeps messages (never in production)."""
        return self.data_dir / "sms"

    @property
    def keys_dir(self) -> Path:
        """Where keys and images of signatures lie."""
        return self.signing_dir or self.data_dir / "signing"

    @property
    def mailbox_dir(self) -> Path:
        """Where the local mailbox keeps what it received (never in production)."""
        return self.data_dir / "mailbox"

    @property
    def mail_domain(self) -> str:
        """Right side of Message-IDs."""
        return urlsplit(self.base_url).hostname or "localhost"


def load() -> Config:
    """Read the environment; raise ConfigError with the variable to set."""
    return Config()
