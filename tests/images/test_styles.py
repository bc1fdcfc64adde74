"""Style presets: files, exact names, one's own over the bundled ones (image-generation.md section 11)."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from stcore.bundled import bundled
from stcore.errors import NotFound, SettingsError, UserError
from stcore.images.prompt import MARKER
from stcore.images.styles import Style, StyleLibrary, read_style


@pytest.fixture
def library(tmp_path: Path) -> StyleLibrary:
    return StyleLibrary(tmp_path / "styles")


def test_a_dozen_useful_presets_ship() -> None:
    styles = [read_style(path) for path in sorted(bundled("styles").glob("*.toml"))]
    assert len(styles) >= 12
    assert len({style.name for style in styles}) == len(styles)
    for style in styles:
        assert style.description
        assert style.name == "Default" or (style.prefix.count(MARKER) == 1 and style.negative)
    assert next(style for style in styles if style.name == "Default").prefix == ""


@pytest.mark.feature("F245", "F246")
def test_a_style_of_ones_own_is_kept_with_both_texts(library: StyleLibrary, tmp_path: Path) -> None:
    saved = library.save(Style("  Ünder water / deep ", 'blue "light"\n{prompt}', "dry land"))
    assert saved.name == "Ünder water / deep"
    again = StyleLibrary(tmp_path / "styles").get("Ünder water / deep")
    assert (again.prefix, again.negative) == ('blue "light"\n{prompt}', "dry land")
    assert [path.parent for path in (tmp_path / "styles").rglob("*.toml")] == [tmp_path / "styles"]


def test_saving_under_a_name_again_replaces(library: StyleLibrary, tmp_path: Path) -> None:
    library.save(Style("Mine", "one"))
    library.save(Style("Mine", "two"))
    assert library.get("Mine").prefix == "two"
    assert len(list((tmp_path / "styles").iterdir())) == 1


def test_names_match_exactly_and_default_is_first(library: StyleLibrary) -> None:
    library.save(Style("mine", "a"))
    library.save(Style("Mine", "b"))
    assert (library.get("mine").prefix, library.get("Mine").prefix) == ("a", "b")
    assert library.names()[0] == "Default"
    with pytest.raises(NotFound, match="MINE"):
        library.get("MINE")


def test_ones_own_wins_over_a_bundled_one_until_it_is_deleted(library: StyleLibrary) -> None:
    bundled_prefix = library.get("Anime").prefix
    library.save(Style("Anime", "my way"))
    assert library.get("Anime").prefix == "my way"
    library.delete("Anime")
    assert library.get("Anime").prefix == bundled_prefix
    with pytest.raises(NotFound):
        library.delete("Anime")


def test_renaming(library: StyleLibrary) -> None:
    library.save(Style("Old", "x", "y"))
    assert library.rename("Old", "Old") == library.get("Old")
    with pytest.raises(UserError, match="exists already"):
        library.rename("Old", "Anime")
    library.rename("Old", "New")
    assert library.get("New").negative == "y"
    assert "Old" not in library.names()


@pytest.mark.parametrize(
    ("text", "word"),
    [('name = "a"\nprefix = oops\n', "line 2"), ("prefix = 3\n", "prefix must be a text")],
)
def test_a_broken_file_is_named_and_the_others_work(
    library: StyleLibrary, tmp_path: Path, text: str, word: str, caplog: pytest.LogCaptureFixture
) -> None:
    library.save(Style("Mine", "a"))
    broken = tmp_path / "styles" / "broken.toml"
    broken.write_text(text)
    with pytest.raises(SettingsError, match=word) as caught:
        read_style(broken)
    assert caught.value.file == str(broken)
    assert "Mine" in library.names()
    assert "broken.toml" in caplog.text
    assert broken.read_text() == text, "the file is left as it is"


@given(st.text(min_size=1).filter(str.strip))
def test_any_name_can_be_kept(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    folder = tmp_path_factory.mktemp("styles")
    library = StyleLibrary(folder)
    try:
        library.save(Style(name, "x"))
    except UnicodeEncodeError:
        return
    assert library.get(name.strip()).prefix == "x"
    assert [path.parent for path in folder.rglob("*")] == [folder]


def test_a_bundled_style_keeps_its_name_and_leaves_no_copy(tmp_path: Path) -> None:
    library = StyleLibrary(tmp_path)
    with pytest.raises(NotFound):
        library.rename("Anime", "Mine")
    assert "Mine" not in library.names()
    assert not list(tmp_path.iterdir())
