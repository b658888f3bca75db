"""The one reader of the environment.

Every setting is an environment variable `LAPAK_…` (only `PORT` has no prefix), a `.env` file in the current
directory gives what the environment does not, and each has a default with which `make run` works. A wrong value
raises `SettingsError`: one line that names the variable.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import stat
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from email.utils import parseaddr
from enum import StrEnum
from pathlib import Path
from typing import TypeVar
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from webapp.domain.money import CURRENCIES

T = TypeVar("T")

PREFIX = "LAPAK_"
LOCALES = ("id", "en", "ko")
SECRET_KEY_LENGTH = 32
"""Fewest characters of a secret key: 32 hexadecimal ones are 128 bits."""
SOCKET_PATH_LIMIT = 100
"""Bytes. `sun_path` holds 108 on Linux and 104 on macOS, with the final zero."""


class SettingsError(Exception):
    """A setting that cannot be used; the text is one line and names the variable."""


class Environment(StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the operator chose. What may hold a password stays out of `repr`."""

    database_url: str = field(repr=False)
    """SQLAlchemy address: `sqlite:///<absolute path>` or `postgresql+psycopg://…`."""
    secret_key: str = field(repr=False)
    instance_dir: Path
    """Absolute. Holds the database, the embedded key-value server's data, files, mails and the secret key."""
    test_database_url: str = field(default="", repr=False)
    """A PostgreSQL server for the tests; empty: they start an embedded one."""
    redis_url: str = field(default="", repr=False)
    """Empty: the embedded key-value server. Connect to `queue_url`, which is never empty."""
    base_url: str = "http://localhost:8000"
    """Where browsers find the site, without a final slash."""
    mail_url: str = field(default="", repr=False)
    """`smtp://`, `smtp+starttls://` or `smtps://`; empty: `lapak run` starts a local inbox and tells the others."""
    mail_from: str = "Lapak <no-reply@localhost>"
    storage_url: str = ""
    """Local folder for files, as `file:///…`; empty: `files` in the instance folder."""
    trusted_proxies: int = 0
    """How many proxies in front set `X-Forwarded-…`."""
    timezone: str = "Asia/Jakarta"
    currency: str = "IDR"
    locale: str = "id"
    env: Environment = Environment.DEVELOPMENT
    port: int = 8000

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read and check every setting.

        `environ` replaces the process environment **and** the `.env` file (for tests). In development a missing
        secret key is made and kept in the instance folder. Raises SettingsError.
        """
        values: Mapping[str, str] = {**read_dotenv(Path(".env")), **os.environ} if environ is None else environ
        env = _read(values, "ENV", "development", _environment)
        instance_dir = _read(values, "INSTANCE", "instance", _folder)
        port = _read(values, "PORT", "8000", _port, prefix="")
        return cls(
            env=env,
            instance_dir=instance_dir,
            port=port,
            database_url=_read(
                values,
                "DATABASE_URL",
                f"sqlite:///{instance_dir / 'lapak.db'}",
                lambda text: _database_url(text, instance_dir.parent),
            ),
            test_database_url=_read(values, "TEST_DATABASE_URL", "", _postgresql_url_or_empty),
            redis_url=_read(values, "REDIS_URL", "", _url_or_empty("redis", "rediss", "unix")),
            secret_key=_read(values, "SECRET_KEY", "", lambda text: _secret_key(text, env, instance_dir)),
            base_url=_read(values, "BASE_URL", f"http://localhost:{port}", _base_url),
            mail_url=_read(values, "MAIL_URL", "", _url_or_empty("smtp", "smtp+starttls", "smtps")),
            mail_from=_read(values, "MAIL_FROM", "Lapak <no-reply@localhost>", _mail_from),
            storage_url=_read(values, "STORAGE_URL", "", _storage_url),
            trusted_proxies=_read(values, "TRUSTED_PROXIES", "0", _small_number),
            timezone=_read(values, "TIMEZONE", "Asia/Jakarta", _timezone),
            currency=_read(values, "CURRENCY", "IDR", _currency),
            locale=_read(values, "LOCALE", "id", _locale),
        )

    @property
    def production(self) -> bool:
        return self.env is Environment.PRODUCTION

    @property
    def secure(self) -> bool:
        """Whether browsers reach the site by HTTPS: cookies are then marked Secure."""
        return self.base_url.startswith("https://")

    @property
    def storage_dir(self) -> Path:
        """The folder that holds stored files."""
        return Path(unquote(urlsplit(self.storage_url).path)) if self.storage_url else self.instance_dir / "files"

    @property
    def valkey_dir(self) -> Path:
        """Data of the embedded key-value server."""
        return self.instance_dir / "valkey"

    @property
    def valkey_socket(self) -> Path:
        """The embedded key-value server's socket; beside its data unless that path is too long for a socket.

        The other place is found from the path alone, so that every process finds the same without being told.
        """
        near = self.valkey_dir / "v.sock"
        if len(os.fsencode(near)) <= SOCKET_PATH_LIMIT:
            return near
        digest = hashlib.sha256(os.fsencode(self.instance_dir)).hexdigest()[:16]
        return Path(f"/tmp/lapak-{os.getuid()}-{digest}") / "v.sock"  # noqa: S108 — made 0700 and its owner checked

    @property
    def queue_url(self) -> str:
        """Address of the key-value server, for redis-py."""
        return self.redis_url or f"unix://{self.valkey_socket}?db=0"


def read_dotenv(path: Path) -> dict[str, str]:
    """`NAME=value` lines of a `.env` file; `#` begins a comment line, quotes around a value are taken off.

    No file is an empty answer. Raises SettingsError for a line that is not of that form.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: cannot be read: {error}") from error
    values = {}
    for number, line in enumerate(lines, 1):
        text = line.strip().removeprefix("export ")
        if not text or text.startswith("#"):
            continue
        name, sign, value = text.partition("=")
        if not sign or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name.strip()):
            raise SettingsError(f"{path}, line {number}: expected NAME=value")
        value = value.strip()
        if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
            value = value[1:-1]
        values[name.strip()] = value
    return values


def _read(values: Mapping[str, str], name: str, default: str, parse: Callable[[str], T], prefix: str = PREFIX) -> T:
    """One setting; an empty one counts as absent. A parser's ValueError becomes the one line that names it."""
    name = prefix + name
    try:
        return parse(values.get(name, "").strip() or default)
    except ValueError as error:
        raise SettingsError(f"{name}: {error}") from None


def _environment(text: str) -> Environment:
    try:
        return Environment(text)
    except ValueError:
        raise ValueError(f"must be development or production, not {text!r}") from None


def _folder(text: str) -> Path:
    path = Path(text).expanduser().absolute()
    if path.exists() and not path.is_dir():
        raise ValueError(f"{path} is not a folder")
    return path


def _number(text: str, lowest: int, highest: int) -> int:
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or not lowest <= int(text) <= highest:
        raise ValueError(f"must be a number from {lowest} to {highest}, not {text!r}")
    return int(text)


def _port(text: str) -> int:
    return _number(text, 1, 65535)


def _small_number(text: str) -> int:
    return _number(text, 0, 10)


def _database_url(text: str, start: Path) -> str:
    """One of the two engines; a relative SQLite file is taken from `start`, so that it does not move with `cd`."""
    if text.startswith("sqlite:"):
        path, _, query = text.removeprefix("sqlite://").partition("?")
        if not path.startswith("/") or path in ("/", "/:memory:"):
            raise ValueError("must name a file, as in sqlite:///instance/lapak.db")
        return f"sqlite:///{start / path[1:]}" + (f"?{query}" if query else "")
    return _postgresql_url(text)


def _postgresql_url(text: str) -> str:
    """Any way of writing a PostgreSQL address, for the driver that is used here (psycopg 3)."""
    scheme, sign, rest = text.partition("://")
    if not sign or scheme not in ("postgresql+psycopg", "postgresql", "postgres"):
        raise ValueError("must begin with sqlite:/// or postgresql+psycopg://")
    try:
        database = urlsplit(f"postgresql://{rest}").path.strip("/")
    except ValueError:
        database = ""
    if not database:
        raise ValueError("must name a database, as in postgresql+psycopg://user@host/lapak")
    return f"postgresql+psycopg://{rest}"


def _postgresql_url_or_empty(text: str) -> str:
    return _postgresql_url(text) if text else ""


def _url_or_empty(*schemes: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if not text:
            return ""
        try:
            parts = urlsplit(text)
            place = parts.path if parts.scheme == "unix" else parts.hostname
            _ = parts.port  # raises ValueError when it is not a number from 0 to 65535
        except ValueError:
            raise ValueError("is not an address") from None
        if parts.scheme not in schemes or not place:
            raise ValueError("must be an address that begins with " + " or ".join(f"{each}://" for each in schemes))
        return text

    return parse


def _base_url(text: str) -> str:
    text = _url_or_empty("http", "https")(text)
    if (parts := urlsplit(text)).path.strip("/") or parts.query or parts.fragment:
        raise ValueError("must be scheme and host alone, as in https://shop.example")
    return text.rstrip("/")


def _storage_url(text: str) -> str:
    if not text:
        return ""
    parts = urlsplit(text)
    if parts.scheme != "file" or parts.netloc not in ("", "localhost") or not parts.path.startswith("/"):
        raise ValueError("must be a local folder, as in file:///srv/lapak/files")
    return text


def _mail_from(text: str) -> str:
    address = parseaddr(text)[1]
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", address) or any(ord(letter) < 32 for letter in text):
        raise ValueError("must be an address, as in Lapak <orders@shop.example>")
    return text


def _timezone(text: str) -> str:
    try:
        return ZoneInfo(text).key
    except (ValueError, KeyError, OSError):
        raise ValueError(f"must be a time zone such as Asia/Jakarta, not {text!r}") from None


def _currency(text: str) -> str:
    if text not in CURRENCIES:
        raise ValueError(f"must be a currency code of ISO 4217 such as IDR, not {text!r}")
    return text


def _locale(text: str) -> str:
    if text not in LOCALES:
        raise ValueError(f"must be one of {', '.join(LOCALES)}, not {text!r}")
    return text


def _secret_key(text: str, env: Environment, instance_dir: Path) -> str:
    if text:
        if len(text) < SECRET_KEY_LENGTH:
            raise ValueError(f"must have at least {SECRET_KEY_LENGTH} characters")
        return text
    if env is Environment.PRODUCTION:
        raise ValueError("is required in production: at least 32 random characters, the same on every machine")
    try:
        return _kept_secret(instance_dir / "secret_key")
    except OSError as error:
        raise ValueError(f"is not set and cannot be kept in {instance_dir}: {error.strerror}") from error


def _kept_secret(path: Path) -> str:
    """The key in the file, made at the first call. Of two processes that make it at once the first one's counts."""
    try:
        kept = path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".secret_key.{os.getpid()}.{secrets.token_hex(4)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR)
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(secrets.token_hex(SECRET_KEY_LENGTH) + "\n")
            with suppress(FileExistsError):
                os.link(draft, path)
        finally:
            draft.unlink()
        kept = path.read_text(encoding="ascii").strip()
    if len(kept) < SECRET_KEY_LENGTH:
        raise ValueError(f"is not set and {path} does not hold a key: delete that file to get a new one")
    return kept
