"""A production start without its secrets ends with the name of what is missing."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from app.config import Config, ConfigError

GOOD = {
    "VANTHU_ENV": "production",
    "secret_key": "x" * 40,
    "database_url": "postgresql://db/vanthu",
    "base_url": "https://vanthu.example.vn",
    "smtp_url": "smtps://relay.example.vn",
    "mail_from": "vanthu@example.vn",
}


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in GOOD:
        monkeypatch.delenv(name.upper(), raising=False)


def test_production_starts_with_everything() -> None:
    config = Config.model_validate(GOOD)

    assert config.database == "postgresql+psycopg://db/vanthu"
    assert config.jobs == "postgresql://db/vanthu"


@pytest.mark.parametrize("name", sorted(GOOD.keys() - {"VANTHU_ENV"}))
def test_production_names_what_is_missing(name: str) -> None:
    with pytest.raises(ConfigError, match=name.upper()):
        Config.model_validate({k: v for k, v in GOOD.items() if k != name})


@pytest.mark.parametrize(
    ("name", "value"), [("secret_key", "short"), ("base_url", "http://vanthu.example.vn")]
)
def test_production_refuses_what_is_weak(name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=name.upper()):
        Config.model_validate(GOOD | {name: value})


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError):
        Config.model_validate(GOOD).secret_key = "y" * 40  # type: ignore[misc]


def test_one_machine_makes_its_key_once_and_keeps_it_to_itself(tmp_path: Path) -> None:
    first = Config.model_validate({"data_dir": tmp_path}).secret
    second = Config.model_validate({"data_dir": tmp_path}).secret

    assert first == second
    assert len(first) >= 32
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0
