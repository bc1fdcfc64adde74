"""Signed addresses of pictures: for an hour, for exactly one picture, and not to be bent."""

from __future__ import annotations

import stat
import threading
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from stcore.errors import Forbidden, StorageError
from stcore.paths import DataFolder
from stcore.testing.clock import ManualClock
from stcore.web.signing import PictureSigner, load_key

pytestmark = pytest.mark.anyio

ASSET = "0123456789abcdef" * 2
PATH = f"/pictures/{ASSET}.png"


def check(signer: PictureSigner, address: str) -> None:
    parts = urlsplit(address)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    signer.check(parts.path, *(query.get(part, "") for part in ("size", "e", "s")))


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def signer(clock: ManualClock) -> PictureSigner:
    return PictureSigner(b"k" * 32, clock)


def test_every_address_of_a_picture_works(signer: PictureSigner) -> None:
    addresses = signer.addresses(ASSET, "image/jpeg")
    for name in ("url", "medium", "thumb", "download"):
        assert addresses[name].startswith(f"/pictures/{ASSET}.jpg?")
        check(signer, addresses[name])


@pytest.mark.feature("F024", "GAL-4")
@pytest.mark.parametrize("into_the_second", [0.0, 0.4, 0.999])
async def test_an_address_lives_for_an_hour(signer: PictureSigner, clock: ManualClock, into_the_second: float) -> None:
    await clock.advance(into_the_second)
    address = signer.address(PATH)
    await clock.advance(3599)
    check(signer, address)
    await clock.advance(2)
    with pytest.raises(Forbidden, match="expired"):
        check(signer, address)
    check(signer, signer.address(PATH))


@pytest.mark.feature("GAL-4")
def test_an_address_with_any_character_changed_is_refused(signer: PictureSigner) -> None:
    address = signer.address(PATH, "thumb")
    for place in range(len("/pictures/"), len(address)):
        for other in ("A", "0", "_", "z"):
            if other != address[place]:
                with pytest.raises(Forbidden):
                    check(signer, address[:place] + other + address[place + 1 :])


def test_another_spelling_of_the_same_is_refused(signer: PictureSigner) -> None:
    address = signer.address(PATH)
    for bent in (
        address.replace("e=", "e=0"),
        address.replace("e=", "e=+"),
        address + "=",
        address.replace(".png", ".jpg"),
    ):
        with pytest.raises(Forbidden):
            check(signer, bent)


def test_another_key_is_another_host(clock: ManualClock, signer: PictureSigner) -> None:
    with pytest.raises(Forbidden):
        check(PictureSigner(b"j" * 32, clock), signer.address(PATH))


def test_the_key_is_made_once_and_private(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    keys: list[bytes] = []
    threads = [threading.Thread(target=lambda: keys.append(load_key(folder))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(keys)) == 1 and len(keys[0]) == 32
    assert stat.S_IMODE((tmp_path / "signing.key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir() if "signing.key" in path.name] == ["signing.key"]


def test_a_damaged_key_is_named(tmp_path: Path) -> None:
    (tmp_path / "signing.key").write_bytes(b"short")
    with pytest.raises(StorageError, match=r"signing\.key is damaged"):
        load_key(DataFolder(tmp_path))
