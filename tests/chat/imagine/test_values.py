"""Settings of pictures as people type them, and what they are told when they mistype one."""

from __future__ import annotations

import pytest

from stcore.errors import StcoreError
from tests.chat.imagine.easel import room

pytestmark = pytest.mark.anyio


@pytest.mark.feature("F248")
@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("steps", "abc", "steps=abc cannot be used: it takes a whole number."),
        ("steps", "5000", "steps=5000 cannot be used: 1000 is the most."),
        ("width", "10", "width=10 cannot be used: 64 is the least."),
        ("guidance", "much", "guidance=much cannot be used: it takes a number."),
        ("swipe", "back", "swipe=back cannot be used: it takes 'generate' or 'rollover'."),
        ("snap", "perhaps", "snap must be true or false, not “perhaps”."),
        ("phrases", "[1]", "phrases.0=1 cannot be used: it takes a record."),
        ("phrases", "looks", "phrases must be a list in JSON: Expecting value: line 1 column 1 (char 0)."),
        ("references", "nobody", "references=['nobody'] cannot be used: “nobody” is not a picture of this host."),
    ],
)
async def test_a_value_that_does_not_fit_says_what_does(key: str, value: str, told: str) -> None:
    async with room() as stage:
        before = stage.session.host.settings.current.images
        with pytest.raises(StcoreError) as error:
            await stage.session.run(f"/imagine-set key={key} {value}")
        assert told in error.value.message
        assert stage.session.host.settings.current.images == before


async def test_one_reference_picture_needs_no_list() -> None:
    async with room() as stage:
        assert await stage.run("/imagine-set key=references avatar:style") == '["avatar:style"]'
        assert (
            await stage.run('/imagine-set key=references ["avatar", "persona"]')
            == '["avatar:subject", "persona:subject"]'
        )
        assert await stage.run("/imagine-set key=references default") == "[]"
