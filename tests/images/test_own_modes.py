"""Modes of one's own: files that people share, words that are free, and what becomes of broken ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, strategies as st
from pydantic import ValidationError

from stcore.errors import NotFound, SettingsError, Taken, UserError
from stcore.images.interactive import ENGLISH, capture
from stcore.images.modes import FACE, FREE, FREE_EXTENDED, WORDS, mode_of, subject_of
from stcore.images.own_modes import ModeLibrary, OwnMode, mode_from_toml, mode_to_toml


@pytest.fixture
def library(tmp_path: Path) -> ModeLibrary:
    return ModeLibrary(tmp_path / "modes")


NOIR = OwnMode(
    name="Film noir",
    title="A still of a film",
    words=("noir", "Film  Noir"),
    subjects=("film still",),
    template="Describe {{char}} in a film noir.",
    writer="text model",
    shape="wide",
    style="Noir",
    prefixed=True,
)


def test_a_mode_is_chosen_by_its_words(library: ModeLibrary) -> None:
    library.save(NOIR)
    own = library.by_word()
    assert list(own) == ["noir", "film noir"]
    mode = mode_of(" NOIR ", own=own)
    assert (mode.name, mode.number, mode.writer, mode.shape) == ("Film noir", 6, "text model", "wide")
    assert (mode.style, mode.title, mode.prefixed) == ("Noir", "A still of a film", True)
    assert mode_of("noir street", own=own) is FREE
    assert mode_of("noir street", own=own, extend=True) is FREE_EXTENDED
    assert mode_of("noir", own=own, extend=True) is mode
    assert mode_of("face", own=own) is FACE


def test_a_mode_that_takes_a_subject_has_it_behind_its_word(library: ModeLibrary) -> None:
    library.save(OwnMode(name="Tarot", words=("tarot", "tarot card"), takes_subject=True, template="{0}"))
    library.save(OwnMode(name="Sticker", template="x"))
    own = library.by_word()
    for argument, subject in {
        "Tarot The Fool": "The Fool",
        "tarot card: a fox, red": "a fox, red",
        "tarot\na fox": "a fox",
        "tarot": "",
    }.items():
        mode = mode_of(argument, own=own)
        assert mode.name == "Tarot"
        assert subject_of(argument, mode) == subject
    assert mode_of("tarots", own=own) is FREE
    assert mode_of("sticker of a fox", own=own) is FREE
    assert subject_of(" you smiling ", FREE) == "you smiling"


def test_without_words_the_name_is_the_word(library: ModeLibrary) -> None:
    library.save(OwnMode(name="Tarot  card", template="x"))
    assert list(library.by_word()) == ["tarot card"]
    assert library.get("tarot CARD").name == "Tarot card"
    assert library.list()[0].mode.title == "Tarot card"


def test_phrases_in_wishes_choose_it(library: ModeLibrary) -> None:
    library.save(NOIR)
    wish = capture("Send me a picture of a film still", ENGLISH + library.triggers())
    assert wish is not None
    assert mode_of(wish.argument, own=library.by_word()).name == "Film noir"
    plain = capture("Send me a picture of yourself", ENGLISH + library.triggers())
    assert plain is not None
    assert plain.argument == "you"


@pytest.mark.parametrize("word", [*WORDS, "YOU", " last "])
def test_a_word_of_stcore_stays_its_own(library: ModeLibrary, word: str) -> None:
    with pytest.raises(UserError, match=r"stcore itself"):
        library.save(OwnMode(name="mine", words=("fine", word), template="x"))
    with pytest.raises(UserError, match=r"stcore itself"):
        library.save(OwnMode(name=word, words=("fine",), template="x"))
    assert library.list() == []


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"name": "", "template": "x"}, "needs a name"),
        ({"name": "mine", "template": " "}, "needs a template"),
        ({"name": "day/night", "template": "x"}, "slash"),
        ({"name": "message", "template": "x"}, "stcore itself"),
        ({"name": "free_extended", "template": "x"}, "stcore itself"),
        ({"name": "mine", "template": "x", "subjects": ("selfie",)}, "phrase “selfie”"),
    ],
)
def test_what_cannot_be_is_refused(library: ModeLibrary, fields: dict[str, object], complaint: str) -> None:
    with pytest.raises(UserError, match=complaint):
        library.save(OwnMode.model_validate(fields))


def test_two_modes_share_no_word(library: ModeLibrary) -> None:
    library.save(NOIR)
    with pytest.raises(Taken, match="“noir” chooses the mode 'Film noir'"):
        library.save(OwnMode(name="other", words=("noir",), template="x"))
    with pytest.raises(Taken, match="film still"):
        library.save(OwnMode(name="other", subjects=("film still",), template="x"))
    library.save(NOIR.model_copy(update={"words": ("noir", "still")}))
    assert list(library.by_word()) == ["noir", "still"]


def test_rename_and_delete(library: ModeLibrary, tmp_path: Path) -> None:
    library.save(NOIR)
    library.save(OwnMode(name="Tarot", template="x"))
    library.replace("film NOIR", NOIR.model_copy(update={"name": "Thriller"}))
    assert [path.name for path in sorted((tmp_path / "modes").iterdir())] == ["tarot.toml", "thriller.toml"]
    with pytest.raises(Taken):
        library.replace("Thriller", NOIR.model_copy(update={"name": "tarot"}))
    library.replace("Thriller", NOIR.model_copy(update={"name": "THRILLER"}))
    assert [mode.name for mode in library.list()] == ["THRILLER", "Tarot"]
    library.delete("thriller")
    with pytest.raises(NotFound, match="Thriller"):
        library.delete("Thriller")
    with pytest.raises(NotFound) as missing:
        library.get("nothing")
    assert missing.value.hint == "There are: Tarot."


def test_a_file_of_somebody_else_works_when_it_is_dropped_in(library: ModeLibrary, tmp_path: Path) -> None:
    folder = tmp_path / "modes"
    folder.mkdir()
    (folder / "Poster.toml").write_text('template = "A poster of {{char}}."\nwriter = "nobody"\n')
    assert library.by_word()["poster"].writer == "nobody"
    (folder / "Poster.toml").write_text('template = "x"\nwords = ["affiche"]\nname = "Poster"\n')
    assert list(library.by_word()) == ["affiche"], "a changed file is read again"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("template = \n", r"^bad\.toml, line 1: this is not TOML"),
        (
            'template = "x"\nshape = "round"\n',
            r"^bad\.toml, line 2: shape: input should be 'as set', 'portrait' or 'wide'",
        ),
        ('template = "x"\n\ncolour = "red"\n', r"^bad\.toml, line 3: A mode has no 'colour'; it has name, "),
        ('words = ["you"]\ntemplate = "x"\n', r"^bad\.toml: The word “you”"),
        ('template = ""\n', r"^bad\.toml: A mode needs a template"),
        ('template = "x"\nwords = ["fine"]\n', r"^bad\.toml: “fine” is taken by a\.toml already"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(library: ModeLibrary, tmp_path: Path, text: str, complaint: str) -> None:
    folder = tmp_path / "modes"
    folder.mkdir()
    (folder / "a.toml").write_text('template = "x"\nwords = ["fine"]\n')
    (folder / "bad.toml").write_text(text)
    assert list(library.by_word()) == ["fine"], "the others still work"
    [problem] = library.problems()
    with pytest.raises(SettingsError, match=complaint):
        raise problem
    assert problem.file == str(folder / "bad.toml")


def test_what_comes_from_a_file_takes_nothing_away(library: ModeLibrary) -> None:
    poster = OwnMode(name="Poster", template="one")
    assert library.add(poster) == poster
    again = OwnMode(name="poster", template="two")
    assert library.add(again) is None
    both = library.add(again, "both")
    assert both is not None
    assert (both.name, both.triggers) == ("poster 2", ("poster 2",))
    library.add(again, "replace")
    assert library.get("Poster").template == "two"
    assert len(library.list()) == 2


def test_without_a_folder_there_is_nothing_to_read(tmp_path: Path) -> None:
    library = ModeLibrary(tmp_path / "modes")
    assert (library.list(), library.by_word(), library.triggers().subjects, library.problems()) == ([], {}, (), [])
    assert not (tmp_path / "modes").exists()


_LINES = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=30)


@given(
    name=_LINES,
    words=st.lists(_LINES, max_size=3),
    template=st.text(st.characters(exclude_categories=("Cs",)), max_size=200),
)
def test_a_shared_file_says_the_same(name: str, words: list[str], template: str) -> None:
    try:
        mode = OwnMode(name=name, words=tuple(words), template=template)
        written = mode_to_toml(mode)
        again = mode_from_toml(written, "mode.toml")
    except (ValidationError, SettingsError):
        return  # what cannot be kept is refused, one way or the other
    if mode.name:
        assert again == mode
