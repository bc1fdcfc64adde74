"""Reference pictures as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from stcore.errors import UserError
from stcore.images.references import ROLES, BoundReference, known_reference, parse_reference
from stcore.images.settings import ImageSettings
from stcore.storage.ids import new_id

ID = "0123456789abcdef0123456789abcdef"
IDS = st.text("0123456789abcdef", min_size=32, max_size=32)
STRENGTHS = st.none() | st.integers(0, 1000).map(lambda number: number / 1000)
REFERENCES = st.builds(BoundReference, st.sampled_from(["avatar", "persona"]) | IDS, st.sampled_from(ROLES), STRENGTHS)


@given(REFERENCES)
def test_what_is_written_is_read_back(reference: BoundReference) -> None:
    assert parse_reference(str(reference)) == reference
    assert known_reference(str(reference)) == str(reference)


@given(REFERENCES, st.sampled_from(["", " ", "\t"]), st.booleans())
def test_blanks_and_capitals_mean_nothing(reference: BoundReference, blank: str, loud: bool) -> None:
    text = str(reference).replace(":", f"{blank}:{blank}")
    assert parse_reference(f"{blank}{text.upper() if loud else text}{blank}") == reference


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    try:
        reference = parse_reference(text)
    except UserError as error:
        assert error.message
        assert error.hint
    else:
        assert reference.picture
        assert reference.role in ROLES
        assert reference.strength is None or 0 <= reference.strength <= 1


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("avatar", BoundReference("avatar")),
        ("persona:style", BoundReference("persona", "style")),
        (f"{ID}:init:.45", BoundReference(ID, "init", 0.45)),
        (f"/pictures/{ID}.png", BoundReference(ID)),
        (f"/pictures/{ID}.png?size=full&e=1&s=x:background:1", BoundReference(ID, "background", 1)),
        ("C:\\pictures\\a.png:style", BoundReference("C:\\pictures\\a.png", "style")),
        ("data:image/png;base64,AAAA:init:0.2", BoundReference("data:image/png;base64,AAAA", "init", 0.2)),
    ],
)
def test_each_part_may_be_left_out(text: str, meant: BoundReference) -> None:
    assert parse_reference(text) == meant


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "names no picture"),
        (":style", "names no picture"),
        ("avatar:pose", "“pose”.*no role"),
        (f"{ID}:in it:0.5", "no role"),
        ("avatar:0.5", "a strength, but no role"),
        ("avatar:init:1.5", "from 0 to 1"),
        ("avatar:init:-1", "from 0 to 1"),
        ("avatar:init:1e999", "from 0 to 1"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(text: str, complaint: str) -> None:
    with pytest.raises(UserError, match=complaint):
        parse_reference(text)


def test_settings_take_only_pictures_of_this_host() -> None:
    picture = new_id()
    settings = ImageSettings().overlaid({"references": [f"/pictures/{picture}.webp:style", "Avatar"]})
    assert settings.references == (f"{picture}:style", "avatar:subject")
    with pytest.raises(UserError, match=r"references=\['hat.png'\] cannot be used: “hat.png” is not a picture"):
        ImageSettings().overlaid({"references": ["hat.png"]})
