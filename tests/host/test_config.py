"""The settings file: what is wrong is named with line and key, and the file is never lost."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from stcore.config import SecretsFile, SettingsFile
from stcore.errors import SettingsError, StorageError
from stcore.paths import DataFolder


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    folder = DataFolder(tmp_path)
    folder.prepare()
    return folder


def test_defaults_without_a_file(folder: DataFolder) -> None:
    settings = SettingsFile(folder).current
    assert (settings.server.port, settings.images.steps, settings.chat.user_name) == (8000, None, "User")


@pytest.mark.parametrize(
    ("text", "line", "key", "words"),
    [
        ('[server]\nhost = "127.0.0.1"\nport = 0\n', 3, "server.port", "greater than or equal to 1"),
        ("[server]\nprot = 8000\n", 2, "server.prot", "no such key"),
        ('[images]\n\n# comment\nwidth = "wide"\n', 4, "images.width", "integer"),
        ("[sources.mine]\noptions = {}\n", 1, "sources.mine.kind", "required"),
        ("[server]\nport = \n", 2, "port", "not TOML"),
        ("server.port = 99999\n", 1, "server.port", "65535"),
    ],
)
def test_a_mistake_is_named_with_line_and_key(folder: DataFolder, text: str, line: int, key: str, words: str) -> None:
    folder.settings.write_text(text)
    with pytest.raises(SettingsError) as failure:
        _ = SettingsFile(folder).current
    error = failure.value
    assert (error.line, error.key) == (line, key)
    assert words in error.message
    assert f"line {line}" in error.message
    assert folder.settings.read_text() == text


def test_a_broken_file_is_not_overwritten(folder: DataFolder) -> None:
    folder.settings.write_text("[server]\nport = none\n")
    with pytest.raises(SettingsError):
        SettingsFile(folder).change(lambda document: document.update(chat={"user_name": "Mira"}))
    assert folder.settings.read_text() == "[server]\nport = none\n"


def test_a_change_that_is_not_valid_is_refused_and_nothing_written(folder: DataFolder) -> None:
    file = SettingsFile(folder)
    file.change(lambda document: document.update(chat={"user_name": "Mira"}))
    with pytest.raises(SettingsError):
        file.change(lambda document: document.update(images={"width": 3}))
    assert SettingsFile(folder).current.images.width is None
    assert SettingsFile(folder).current.chat.user_name == "Mira"


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"[images]\nsteps = 12\nsource = [", 3),
        (b"[images]\n# caf\xe9\n", 2),
    ],
)
def test_a_file_that_cannot_be_read_names_the_line_and_stays(folder: DataFolder, content: bytes, line: int) -> None:
    folder.settings.write_bytes(content)
    with pytest.raises(SettingsError, match=f"settings.toml, line {line}: this is not"):
        SettingsFile(folder).current
    assert folder.settings.read_bytes() == content


def test_an_edit_by_hand_is_seen_without_a_restart(folder: DataFolder) -> None:
    file = SettingsFile(folder)
    assert file.current.images.steps is None
    folder.settings.write_text("[images]\nsteps = 12\n")
    assert file.current.images.steps == 12


def test_two_programs_do_not_undo_each_other(folder: DataFolder) -> None:
    one, two = SettingsFile(folder), SettingsFile(folder)
    assert one.current == two.current
    one.change(lambda document: document.update(chat={"user_name": "Mira"}))
    two.change(lambda document: document.update(images={"steps": 9}))
    assert (one.current.chat.user_name, one.current.images.steps) == ("Mira", 9)


def test_secrets_lie_apart_for_the_owner_only_and_the_environment_wins(folder: DataFolder, tmp_path: Path) -> None:
    SecretsFile(folder, {}).set("sources", "my-box", {"api_key": "s3cret"})
    assert stat.S_IMODE(folder.secrets.stat().st_mode) == 0o600
    assert not folder.settings.exists() or "s3cret" not in folder.settings.read_text()
    assert SecretsFile(folder, {}).get("sources", "my-box", "api_key") == "s3cret"
    assert SecretsFile(folder, {"STCORE_MY_BOX_API_KEY": "other"}).get("sources", "my-box", "api_key") == "other"
    (tmp_path / "key").write_text("from file\n")
    environ = {"STCORE_MY_BOX_API_KEY_FILE": str(tmp_path / "key")}
    assert SecretsFile(folder, environ).get("sources", "my-box", "api_key") == "from file"
    SecretsFile(folder, {}).forget("sources", "my-box")
    assert SecretsFile(folder, {}).get("sources", "my-box", "api_key") is None


def test_a_data_folder_that_cannot_be_made_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError) as failure:
        DataFolder(tmp_path / "file" / "data").prepare()
    assert "--data" in failure.value.hint
