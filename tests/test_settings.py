"""Settings: every default works, and every wrong value ends in one line that names its variable."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner

from webapp import cli
from webapp.settings import SOCKET_PATH_LIMIT, Settings, SettingsError, read_dotenv

KEY = "k" * 32


def read(folder: Path, **values: str) -> Settings:
    """Settings of a fresh instance folder; names without their prefix."""
    named = {name if name == "PORT" else f"LAPAK_{name}": value for name, value in values.items()}
    return Settings.from_env({"LAPAK_INSTANCE": str(folder / "instance"), **named})


def test_defaults_need_nothing(tmp_path: Path) -> None:
    settings = read(tmp_path)
    assert settings.database_url == f"sqlite:///{tmp_path}/instance/lapak.db"
    assert (settings.port, settings.base_url) == (8000, "http://localhost:8000")
    assert (settings.timezone, settings.currency, settings.locale) == ("Asia/Jakarta", "IDR", "id")
    assert settings.storage_dir == tmp_path / "instance/files"
    assert settings.queue_url == f"unix://{tmp_path}/instance/valkey/v.sock?db=0"
    assert not settings.production
    assert not settings.secure


def test_a_secret_key_is_made_once_and_for_the_owner_alone(tmp_path: Path) -> None:
    first, second = read(tmp_path), read(tmp_path)
    assert first.secret_key == second.secret_key
    assert len(first.secret_key) >= 32
    path = tmp_path / "instance/secret_key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["secret_key"]


def test_production_wants_its_own_secret_key(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="LAPAK_SECRET_KEY: is required in production"):
        read(tmp_path, ENV="production")
    assert not (tmp_path / "instance").exists()
    assert read(tmp_path, ENV="production", SECRET_KEY=KEY).secret_key == KEY


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "80a"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("PORT", "\u0661"),
        ("DATABASE_URL", "mysql://localhost/lapak"),
        ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("DATABASE_URL", "postgresql://localhost"),
        ("DATABASE_URL", "lapak.db"),
        ("TEST_DATABASE_URL", "sqlite:///x.db"),
        ("REDIS_URL", "localhost:6379"),
        ("REDIS_URL", "redis://localhost:port/0"),
        ("SECRET_KEY", "short"),
        ("BASE_URL", "shop.example"),
        ("BASE_URL", "https://shop.example/lapak"),
        ("MAIL_URL", "http://mail.example"),
        ("MAIL_FROM", "nobody"),
        ("MAIL_FROM", "Lapak <a@b>\nBcc: c@d"),
        ("STORAGE_URL", "s3://bucket"),
        ("STORAGE_URL", "file://elsewhere/srv"),
        ("TRUSTED_PROXIES", "many"),
        ("TRUSTED_PROXIES", "11"),
        ("TIMEZONE", "Asia/Atlantis"),
        ("TIMEZONE", "../../etc/passwd"),
        ("CURRENCY", "Rp"),
        ("CURRENCY", "idr"),
        ("CURRENCY", "ZZZ"),
        ("LOCALE", "fr"),
        ("ENV", "staging"),
    ],
)
def test_a_wrong_value_is_one_line_that_names_its_variable(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read(tmp_path, **{name: value})
    prefixed = name if name == "PORT" else f"LAPAK_{name}"
    assert str(caught.value).startswith(f"{prefixed}: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_way_to_write_postgresql_means_the_same_driver(tmp_path: Path, scheme: str) -> None:
    settings = read(tmp_path, DATABASE_URL=f"{scheme}://user:pass@host:5433/lapak")
    assert settings.database_url == "postgresql+psycopg://user:pass@host:5433/lapak"


def test_a_relative_database_is_beside_the_instance_folder(tmp_path: Path) -> None:
    assert read(tmp_path, DATABASE_URL="sqlite:///data/x.db").database_url == f"sqlite:///{tmp_path}/data/x.db"
    assert read(tmp_path, DATABASE_URL="sqlite:////srv/x.db").database_url == "sqlite:////srv/x.db"


def test_an_empty_value_counts_as_absent(tmp_path: Path) -> None:
    assert read(tmp_path, PORT="", TIMEZONE=" ").port == 8000


def test_passwords_stay_out_of_the_repr(tmp_path: Path) -> None:
    settings = read(
        tmp_path,
        SECRET_KEY="s3cret-" + KEY,
        DATABASE_URL="postgresql://user:s3cret@host/lapak",
        REDIS_URL="redis://:s3cret@host/0",
        MAIL_URL="smtp://user:s3cret@host",
    )
    assert "s3cret" not in repr(settings)


def test_a_socket_path_that_is_too_long_for_the_kernel_gets_a_short_one(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 120)
    first, second = read(deep), read(deep)
    assert first.valkey_socket == second.valkey_socket
    assert len(os.fsencode(first.valkey_socket)) <= SOCKET_PATH_LIMIT
    assert first.valkey_socket != read(tmp_path / ("e" * 120)).valkey_socket


def test_a_dotenv_file_gives_what_the_environment_does_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text(
        "# a comment\n\nLAPAK_TIMEZONE='Asia/Seoul'\nexport LAPAK_CURRENCY=KRW\nPORT=9000\n", encoding="utf-8"
    )
    monkeypatch.chdir(tmp_path)
    for name in ("LAPAK_TIMEZONE", "LAPAK_CURRENCY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LAPAK_INSTANCE", str(tmp_path / "instance"))
    monkeypatch.setenv("PORT", "9001")
    settings = Settings.from_env()
    assert (settings.timezone, settings.currency, settings.port) == ("Asia/Seoul", "KRW", 9001)


def test_a_line_of_a_dotenv_file_that_is_no_setting_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("A=1\nnonsense\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="line 2"):
        read_dotenv(tmp_path / ".env")
    assert read_dotenv(tmp_path / "none") == {}


def test_the_program_prints_the_line_and_ends_with_status_2(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli.main, ["run"], env={"PORT": "x", "LAPAK_INSTANCE": str(tmp_path)})
    assert (result.exit_code, result.output) == (2, "PORT: must be a number from 1 to 65535, not 'x'\n")
