"""Style presets: files, exact names, one's own over the bundled ones (image-generation.md section 11)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from stcore.bundled import bundled
from stcore.errors import NotFound, SettingsError, UserError
from stcore.images.prompt import MARKER
from stcore.images.styles import Clash, Style, StyleLibrary, read_style
from stcore.paths import DataFolder


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


@pytest.mark.feature("F245")
def test_a_file_of_several_styles_works_and_is_changed_in_place(library: StyleLibrary, tmp_path: Path) -> None:
    folder = tmp_path / "styles"
    folder.mkdir()
    pack = folder / "pack.toml"
    pack.write_text(
        '[[styles]]\nname = "One"\nprefix = "1"\nauthor = "Ann"\n\n[[styles]]\nname = "Two"\nprefix = "2"\n'
    )
    assert {"One", "Two"} <= set(library.names())
    library.save(Style("One", "uno", "dos"))
    library.rename("Two", "Three")
    assert sorted(path.name for path in folder.iterdir()) == ["pack.toml"]
    assert 'author = "Ann"' in pack.read_text(), "what stcore does not know is kept"
    assert (library.get("One").prefix, library.get("Three").prefix) == ("uno", "2")
    library.delete("One")
    assert library.get("Three").prefix == "2"
    library.delete("Three")
    assert not pack.exists()


def test_a_name_in_two_files_is_told_and_the_first_counts(library: StyleLibrary, tmp_path: Path) -> None:
    folder = tmp_path / "styles"
    folder.mkdir()
    (folder / "a.toml").write_text('name = "Twin"\nprefix = "first"\n')
    (folder / "b.toml").write_text('name = "Twin"\nprefix = "second"\n')
    assert library.get("Twin").prefix == "first"
    (problem,) = library.problems()
    assert "b.toml" in problem.message and "a.toml" in problem.message
    library.save(Style("Twin", "changed"))
    assert library.get("Twin").prefix == "changed"
    library.delete("Twin")
    assert "Twin" not in library.names()


def test_a_file_changed_by_hand_counts_at_the_next_look(library: StyleLibrary, tmp_path: Path) -> None:
    library.save(Style("Mine", "one"))
    (file,) = (tmp_path / "styles").iterdir()
    file.write_text('name = "Mine"\nprefix = "by hand"\n')
    assert library.get("Mine").prefix == "by hand"
    file.write_text("name = [")
    assert "Mine" not in library.names()
    assert [problem.file for problem in library.problems()] == [str(file)]


@pytest.mark.parametrize(
    ("taken", "outcome", "prefixes"),
    [
        ("leave", (["New"], [], ["Mine"], ["Anime"]), {"New": "n", "Mine": "m"}),
        ("replace", (["New"], ["Anime"], ["Mine"], []), {"New": "n", "Anime": "other"}),
        ("both", (["New", "Anime (2)"], [], ["Mine"], []), {"Anime (2)": "other"}),
    ],
)
def test_styles_that_come_in_under_names_that_are_taken(
    library: StyleLibrary, taken: Clash, outcome: tuple[list[str], ...], prefixes: dict[str, str]
) -> None:
    library.save(Style("Mine", "m"))
    before = library.get("Anime")
    taking = library.add([Style("New", "n"), Style("Mine", "m"), Style("Anime", "other")], taken)
    assert (taking.added, taking.replaced, taking.same, taking.left) == outcome
    assert {name: library.get(name).prefix for name in prefixes} == prefixes
    assert taken == "replace" or library.get("Anime") == before
    again = library.add([Style("New", "n"), Style("Anime", "other")], taken)
    assert "New" in again.same, "nothing comes in twice"


def test_of_two_styles_with_one_name_in_a_file_one_is_kept(library: StyleLibrary, tmp_path: Path) -> None:
    taking = library.add([Style("A", "1"), Style("A", "2")], "replace")
    assert (taking.added, taking.replaced, library.get("A").prefix) == (["A"], ["A"], "2")
    assert len(list((tmp_path / "styles").iterdir())) == 1
    assert library.add([Style("A", "3"), Style("A", "4")], "both").added == ["A (2)", "A (3)"]


def test_what_no_file_can_hold_is_refused_before_anything_is_written(library: StyleLibrary, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="half a character"):
        library.add([Style("Good", "x"), Style("Bad", "\ud800")])
    with pytest.raises(UserError, match="needs a name"):
        library.save(Style("  "))
    assert not (tmp_path / "styles").exists()


def test_styles_are_picked_for_others(library: StyleLibrary) -> None:
    with pytest.raises(NotFound, match="of your own yet"):
        library.pick()
    library.save(Style("Mine"))
    assert [style.name for style in library.pick()] == ["Mine"]
    assert [style.name for style in library.pick(["Anime", "Mine", "Anime"])] == ["Anime", "Mine"]


def test_programs_that_save_at_once_lose_nothing(tmp_path: Path) -> None:
    data = DataFolder(tmp_path)
    libraries = [StyleLibrary(data / "styles", lock=lambda: data.lock("styles")) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        # All of these names want to be the file `a-b.toml`.
        names = [f"a{mark}b" for mark in " -+*!?,;"]
        list(pool.map(lambda pair: pair[1].save(Style(pair[0], pair[0])), zip(names, libraries * 2, strict=True)))
    assert {style.name for style in libraries[0].pick()} == set(names)
