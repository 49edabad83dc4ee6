"""The look chosen with a key is there again at the next start, unless the config file names one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.drivers import driving
from tests.frame_fakes import fake_app
from tui.config import ConfigError, load_settings
from tui.start import _keep_theme
from tui.state import keep_theme, kept_theme

HOME = "ATBAT_HOME"


def test_the_last_choice_is_read_at_the_next_start(tmp_path: Path) -> None:
    settings = load_settings(environment={HOME: str(tmp_path)})
    assert settings.theme is None
    _keep_theme(settings, "atbat-light")
    again = load_settings(environment={HOME: str(tmp_path)})
    assert again.theme == "atbat-light"
    assert again.sources["theme"] == f"chosen with the keyboard, kept in {tmp_path / 'state.toml'}"
    assert not (tmp_path / "config.toml").exists()


def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    keep_theme("atbat-dark", tmp_path / "new" / "state.toml")
    assert (tmp_path / "new" / "state.toml").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["state.toml"]


def test_the_config_file_goes_before_it_and_that_is_said(tmp_path: Path) -> None:
    keep_theme("atbat-light", tmp_path / "state.toml")
    (tmp_path / "config.toml").write_text('theme = "atbat-dark"\n')
    settings = load_settings(environment={HOME: str(tmp_path)})
    assert settings.theme == "atbat-dark"
    with pytest.raises(ConfigError, match="until you leave"):
        _keep_theme(settings, "atbat-light")


@pytest.mark.parametrize("written", [b"", b"theme", b"theme = 7", b'theme = "pink"', b"\xff\xfe", b"[theme]\n"])
def test_what_cannot_be_read_is_no_choice(tmp_path: Path, written: bytes) -> None:
    (tmp_path / "state.toml").write_bytes(written)
    assert load_settings(environment={HOME: str(tmp_path)}).theme is None


def test_a_folder_in_its_place_is_told(tmp_path: Path) -> None:
    settings = load_settings(environment={HOME: str(tmp_path)})
    (tmp_path / "state.toml").mkdir()
    assert kept_theme(tmp_path / "state.toml") is None
    with pytest.raises(ConfigError, match="cannot be written"):
        _keep_theme(settings, "atbat-light")


async def test_the_key_keeps_what_it_chose() -> None:
    kept: list[str] = []
    async with driving(fake_app(keep_theme=kept.append)) as d:
        await d.press("ctrl+t", "ctrl+t")
    assert kept == ["atbat-light", "atbat-dark"]


async def test_why_it_is_not_kept_is_said() -> None:
    def refuse(theme: str) -> None:
        raise ConfigError("It looks so until you leave.")

    async with driving(fake_app(keep_theme=refuse)) as d:
        await d.press("ctrl+t")
        assert d.app.theme == "atbat-light"
        assert "It looks so until you leave." in d.screen_text()
