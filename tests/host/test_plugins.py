"""Plugins from a folder: the good ones work, the broken ones are named with the mend and harm nobody."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from stcore.errors import NotFound, UserError
from stcore.plugins import PluginHost

GOOD = '''
"""Paints one grey picture."""
from stcore import ImageSource, Picture, hookimpl

class Grey(ImageSource):
    id = "grey"
    label = "Grey"
    where = "local"

    async def generate(self, request, connection):
        return Picture(b"...")

@hookimpl
def stcore_image_sources():
    return [Grey()]
'''

BROKEN = {
    "syntax": ("def stcore_image_sources(:\n", "not valid Python", "line 1"),
    "missing": ("import a_module_that_is_not_there\n", "cannot be imported", "a_module_that_is_not_there"),
    "raises": ("x = 1 / 0\n", "ZeroDivisionError", "line 1"),
    "ends_the_program": ("import sys\nsys.exit(3)\n", "SystemExit", "line 2"),
    "no_hook": ("def stcore_image_sources():\n    return []\n", "no hook", "without @hookimpl"),
    "wrong_argument": (
        "from stcore import hookimpl\n@hookimpl\ndef stcore_prompt(colour):\n    return None\n",
        "colour",
        "stcore_prompt",
    ),
    "unknown_hook": (
        "from stcore import hookimpl\n@hookimpl\ndef stcore_paint():\n    return []\n",
        "stcore_paint",
        "",
    ),
    "not_a_source": (
        "from stcore import hookimpl\n@hookimpl\ndef stcore_image_sources():\n    return [object()]\n",
        "not derived from ImageSource",
        "",
    ),
    "a_class": (GOOD.replace("[Grey()]", "[Grey]").replace('"grey"', '"grey2"'), "write Grey()", ""),
    "no_list": (GOOD.replace("[Grey()]", "7"), "must return a list", ""),
    "bad_id": (GOOD.replace('"grey"', '"Grey Painter"'), "no good id", ""),
    "fails_in_hook": (GOOD.replace("return [Grey()]", "return [Grey() / 2]"), "stcore_image_sources failed", ""),
}


def plugin_host(folder: Path, **files: str) -> PluginHost:
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text)
    return PluginHost(folder)


def test_one_file_in_the_folder_is_a_plugin(tmp_path: Path) -> None:
    host = plugin_host(tmp_path, grey=GOOD)
    assert host.sources["grey"].label == "Grey"
    record = host.record("grey")
    assert (record.origin, record.problem, record.summary) == ("folder", "", "Paints one grey picture.")
    assert record.provides == ("stcore_image_sources",)


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_plugin_is_named_with_the_mend_and_the_others_work(tmp_path: Path, name: str) -> None:
    text, problem, detail = BROKEN[name]
    host = plugin_host(tmp_path, grey=GOOD, **{name: text})
    assert "grey" in host.sources
    [record] = [record for record in host.problems if record.name == name.replace("_", "-")]
    assert problem in record.problem
    assert detail in record.problem + record.hint
    assert record.hint


def test_a_package_with_several_files_is_a_plugin(tmp_path: Path) -> None:
    (tmp_path / "painter").mkdir()
    (tmp_path / "painter" / "colours.py").write_text("GREY = 'Grey'\n")
    text = GOOD.replace('label = "Grey"', "label = GREY").replace(
        "from stcore", "from .colours import GREY\nfrom stcore", 1
    )
    (tmp_path / "painter" / "__init__.py").write_text(text)
    assert PluginHost(tmp_path).sources["grey"].label == "Grey"


def test_two_sources_of_one_id_are_not_mixed_up(tmp_path: Path) -> None:
    host = plugin_host(tmp_path, first=GOOD, second=GOOD.replace('"Grey"', '"Other"'))
    assert host.sources["grey"].label == "Grey"
    assert "already brings" in host.record("second").problem


def test_a_disabled_plugin_is_listed_but_not_imported(tmp_path: Path) -> None:
    (tmp_path / "grey.py").write_text("raise SystemExit('imported')\n")
    record = PluginHost(tmp_path, disabled=("grey",)).record("grey")
    assert (record.enabled, record.problem) == (False, "")


def test_a_name_that_a_bundled_plugin_has_is_refused(tmp_path: Path) -> None:
    bundled = next(record.name for record in PluginHost().records if record.origin == "bundled")
    host = plugin_host(tmp_path, **{bundled.replace("-", "_"): GOOD})
    assert host.record(bundled).problem == ""
    assert "is taken" in host.record(f"{bundled} (folder)").problem


def test_a_failing_hook_names_its_plugin_and_the_others_are_called(tmp_path: Path) -> None:
    hook = "from stcore import hookimpl\n@hookimpl\ndef stcore_prompt(prompt, mode):\n    "
    host = plugin_host(tmp_path, bad=hook + "raise ValueError('no')\n", good=hook + "return prompt.upper()\n")
    assert host.call("stcore_prompt", prompt="fog", **ASKED) == [("good", "FOG")]
    assert "stcore_prompt failed" in host.record("bad").problem


HOOK = "from stcore import UserError, hookimpl\n@hookimpl\ndef "
ASKED = {"mode": "free", "initiator": "command", "message": ""}


def test_each_plugin_changes_what_the_others_made_of_it(tmp_path: Path) -> None:
    append = HOOK + "stcore_prompt(prompt):\n    return prompt + {!r}\n"
    wrong = HOOK + "stcore_prompt(prompt):\n    return 7\n"
    host = plugin_host(tmp_path, one=append.format(" at dawn"), two=append.format(" in fog"), wrong=wrong)
    assert host.change("stcore_prompt", "prompt", "harbour", **ASKED) == "harbour at dawn in fog"
    assert "must return str, not int" in host.record("wrong").problem


def test_a_plugin_brings_styles(tmp_path: Path) -> None:
    text = "from stcore import Style, hookimpl\n@hookimpl\ndef stcore_styles():\n    return [Style('Fog', 'in fog')]\n"
    [(plugin, style)] = plugin_host(tmp_path, fog=text).gather("stcore_styles")
    assert (plugin, style.name, style.prefix) == ("fog", "Fog", "in fog")


def test_only_where_a_plugin_may_refuse_its_refusal_counts(tmp_path: Path) -> None:
    text = HOOK + "stcore_startup(host):\n    raise UserError('I would rather not')\n"
    host = plugin_host(tmp_path, moody=text)
    assert host.call("stcore_startup", host=None) == []
    assert "rather not" in host.record("moody").problem


def test_threads_that_ask_at_the_same_time_get_the_same_answer(tmp_path: Path) -> None:
    slow = "import time\ntime.sleep(0.3)\n" + GOOD
    host = plugin_host(tmp_path, grey=slow)
    with ThreadPoolExecutor(4) as threads:
        seen = [future.result() for future in [threads.submit(lambda: "grey" in host.sources) for _ in range(4)]]
    assert seen == [True] * 4


def test_a_veto_goes_through(tmp_path: Path) -> None:
    text = (
        "from stcore import UserError, hookimpl\n@hookimpl\ndef stcore_prompt(prompt):\n    raise UserError('not that')"
    )
    with pytest.raises(UserError, match="not that"):
        plugin_host(tmp_path, guard=text).call("stcore_prompt", prompt="x", **ASKED)


def test_asking_for_a_plugin_that_is_not_there_names_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(NotFound) as failure:
        plugin_host(tmp_path, grey=GOOD).record("gray")
    assert "grey" in failure.value.hint


def test_an_installed_distribution_is_a_plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "grey_painter.py").write_text(GOOD)
    information = tmp_path / "grey_painter-1.2.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: grey-painter\nVersion: 1.2\n")
    (information / "entry_points.txt").write_text("[stcore]\ngrey = grey_painter\ngone = no_such_module\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    host = PluginHost()
    assert host.sources["grey"].label == "Grey"
    assert (host.record("grey").origin, host.record("grey").version) == ("installed", "1.2")
    assert "no_such_module" in host.record("gone").problem
