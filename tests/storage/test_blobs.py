"""Picture files: whole or not there, never outside, clear words when the disk cannot."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from stcore.errors import NotFound, StorageError, UserError
from stcore.storage.blobs import BlobStore, ObstoreBlobs, checked, digest, key_of

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["folder", "file-url", "memory"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    urls = {"folder": tmp_path / "pictures", "file-url": f"file://{tmp_path}/pictures", "memory": "memory:///"}
    return ObstoreBlobs(urls[request.param])


def key(data: bytes, ending: str = "png") -> str:
    return key_of(digest(data), ending)


async def test_what_was_put_can_be_read_until_it_is_deleted(blobs: BlobStore) -> None:
    name = key(b"apple")
    assert not await blobs.exists(name)
    assert await blobs.put(name, b"apple") is True
    assert await blobs.exists(name)
    assert blobs.exists_now(name)
    assert await blobs.get(name) == b"apple"
    await blobs.delete(name)
    assert not await blobs.exists(name)
    assert not blobs.exists_now(name)
    await blobs.delete(name)  # deleting twice is fine
    blobs.delete_now(name)
    with pytest.raises(NotFound):
        await blobs.get(name)


async def test_the_same_content_is_stored_once(blobs: BlobStore) -> None:
    assert await blobs.put(key(b"apple"), b"apple") is True
    assert await blobs.put(key(b"apple"), b"apple") is False


async def test_an_empty_file_left_by_a_power_cut_is_replaced(tmp_path: Path) -> None:
    blobs = ObstoreBlobs(tmp_path)
    path = blobs.path(key(b"apple"))
    assert path is not None
    path.parent.mkdir()
    path.touch()
    assert await blobs.put(key(b"apple"), b"apple") is True
    assert path.read_bytes() == b"apple"


async def test_nothing_is_touched_before_the_first_use(tmp_path: Path) -> None:
    blobs = ObstoreBlobs(tmp_path / "pictures")
    assert not (tmp_path / "pictures").exists()
    assert not await blobs.exists(key(b"apple"))


OUTSIDE = ["../x", "/etc/passwd", "..", "", "ab/..", "ab/../../x", "ab", "C:\\x", "ab\\x", "ab/%2e%2e/x"]


@pytest.mark.feature("STO-5")
@pytest.mark.parametrize("name", [*OUTSIDE, "cd/" + "ab" * 32, "ab/" + "ab" * 32 + ".png\n", "ab/" + "AB" * 32])
async def test_names_that_are_no_keys_are_refused_for_everything(blobs: BlobStore, name: str) -> None:
    for act in (blobs.put(name, b"x"), blobs.get(name), blobs.exists(name), blobs.delete(name)):
        with pytest.raises(UserError):
            await act
    for now in (blobs.exists_now, blobs.delete_now, blobs.path):
        with pytest.raises(UserError):
            now(name)


@pytest.mark.feature("STO-5")
@given(st.text(st.sampled_from("ab/.\\%~:\0 2e"), max_size=80))
def test_no_text_becomes_a_path_that_leaves_the_folder(name: str) -> None:
    folder = Path("/data/pictures")
    try:
        path = folder / checked(name)
    except UserError:
        return
    assert path.resolve().is_relative_to(folder)


# -- a disk that cannot ----------------------------------------------------------------------------------------------

WITHOUT_ROOM = """
import asyncio, resource, sys
from stcore.errors import StorageError
from stcore.storage.blobs import ObstoreBlobs, digest, key_of

async def main():
    blobs = ObstoreBlobs(sys.argv[1])
    await blobs.put(key_of(digest(b"small"), "png"), b"small")
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
    data = bytes(1_500_000)
    try:
        await blobs.put(key_of(digest(data), "png"), data)
    except StorageError as error:
        print(error.message, "|", error.hint)
    print(await blobs.exists(key_of(digest(data), "png")), await blobs.get(key_of(digest(b"small"), "png")))

asyncio.run(main())
"""


@pytest.mark.feature("STO-6")
@pytest.mark.skipif(sys.platform == "win32", reason="limits on file sizes are POSIX")
def test_a_file_that_does_not_fit_says_so_and_leaves_nothing(tmp_path: Path) -> None:
    run = subprocess.run([sys.executable, "-c", WITHOUT_ROOM, tmp_path], capture_output=True, text=True, timeout=30)
    assert run.stdout.splitlines() == [
        f"The pictures ({tmp_path}) cannot be stored or read: the file is larger than the system allows. | "
        "Raise the limit on file sizes for this program.",
        "False b'small'",
    ], run.stderr
    assert [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()] == [b"small"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux")
async def test_a_full_disk_is_called_by_its_name() -> None:
    from stcore.storage.blobs import _storage_error

    with pytest.raises(OSError) as caught, Path("/dev/full").open("wb", buffering=0) as full:
        full.write(b"x")
    error = _storage_error(caught.value, "/data")
    assert "the disk is full" in error.message
    assert error.hint.startswith("Free some space")


async def test_a_folder_that_cannot_be_made_is_a_plain_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="cannot be stored or read"):
        await ObstoreBlobs(tmp_path / "file" / "pictures").put(key(b"x"), b"x")


WRITES = """
import asyncio, sys
from stcore.storage.blobs import ObstoreBlobs, digest, key_of

async def main():
    blobs = ObstoreBlobs(sys.argv[1])
    for number in range(10_000):
        data = number.to_bytes(4, "big") * 1_000_000
        await blobs.put(key_of(digest(data), "png"), data)
        print(number, flush=True)

asyncio.run(main())
"""


@pytest.mark.feature("STO-6")
def test_killed_while_saving_there_are_only_whole_files(tmp_path: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", WRITES, tmp_path], stdout=subprocess.PIPE)
    assert child.stdout is not None
    for _ in range(3):
        child.stdout.readline()
    time.sleep(0.003)
    child.send_signal(signal.SIGKILL)
    child.wait(10)
    child.stdout.close()
    visible = [path for path in tmp_path.rglob("*.png") if path.is_file()]
    assert len(visible) >= 3
    for path in visible:
        assert digest(path.read_bytes()) == path.stem
