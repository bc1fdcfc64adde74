"""Texts as HTML: what people mean by Markdown, and nothing that runs, loads or leads astray."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given, settings, strategies as st

from stcore.chat import markdown
from stcore.chat.markdown import ATTRIBUTES, TAGS, Renderer

ASSET = "0123456789abcdef" * 2
OWN = f"/pictures/{ASSET}.png"


class Inspector(HTMLParser):
    """Every element with its attributes, as a browser's parser would see them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return Renderer(lambda path: f"{path}?e=1&s=signed")


def harmless(html: str) -> None:
    """Fail unless ``html`` holds only what is allowed."""
    added = {"a": {"rel", "target", "class"}, "img": {"loading"}}
    for tag, attributes in Inspector(html).seen:
        assert tag in TAGS, tag
        assert set(attributes) <= ATTRIBUTES["*"] | ATTRIBUTES.get(tag, set()) | added.get(tag, set()), (
            tag,
            attributes,
        )
        assert (attributes.get("href") or "https://").strip().lower().startswith(("http://", "https://"))
        if tag == "img":
            assert str(attributes["src"]).startswith("/pictures/") and "s=signed" in str(attributes["src"])


FRAGMENTS = [*'<>"&/=` \n*_[]()!|x', "<img ", "src=", "onerror=", 'alt="', "<a ", "href=", OWN, "http://x"]
FRAGMENTS += ["javascript:", "<svg>", "<style>", "<p title=", "&quot;", "</", "<!--"]

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    f'<img src="{OWN}" onerror=alert(1)>',
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    '<a href="javascript:alert(1)">x</a>',
    '<a href=" &#x6a;avascript:alert(1)">x</a>',
    '<a href="java\tscript:alert(1)">x</a>',
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    '<a href="vbscript:x">x</a>',
    '<a href="//evil.example">x</a>',
    '<a href="/api/chats">x</a>',
    "![x](data:image/svg+xml;base64,PHN2Zz4=)",
    "![x](javascript:alert(1))",
    "![x](//evil.example/x.png)",
    "![x](http://evil.example/x.png)",
    "![x](/pictures/../api/state)",
    '<img src="/api/chats/x/stop">',
    '<img srcset="http://evil.example/x.png 1x">',
    '<picture><source srcset="http://evil.example/x"><img></picture>',
    '<video src="http://evil.example/x" autoplay></video><audio src=x></audio>',
    '<iframe src="http://evil.example"></iframe><object data=x></object><embed src=x>',
    '<form action="http://evil.example"><input name=x><button>send</button></form>',
    '<link rel=stylesheet href="http://evil.example"><style>@import url(http://evil.example)</style>',
    '<meta http-equiv=refresh content="0;url=http://evil.example"><base href="http://evil.example">',
    '<p style="background:url(http://evil.example)" class="modal" id="composer" onclick=alert(1)>x</p>',
    '<p title="<img src=&quot;http://evil.example&quot; onerror=&quot;x&quot;>">x</p>',
    '<img alt="<img src=&quot;http://a&quot; b=" src="http://evil.example/&quot; onerror=&quot;alert(1)">',
    '<img alt="x" title="&quot; onerror=&quot;alert(1)" src="' + OWN + '">',
    "<details open ontoggle=alert(1)><summary>x</summary></details>",
    "<!--<img src=x onerror=alert(1)>--><![CDATA[<script>]]><?php x ?>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<template><script>alert(1)</script></template><slot name=x></slot>",
    "<st-lightbox onclick=x></st-lightbox>",
    '```"onclick=alert(1)\nx\n```',
    "```<img src=x onerror=alert(1)>\nx\n```",
    "[x]: javascript:alert(1)\n\n[x]",
    '[a](http://x "\\" onclick=\\"alert(1)")',
    "<a\x00href=javascript:alert(1)>x</a><scr\x00ipt>alert(1)</scr\x00ipt>",
    "<<script>script>alert(1)<</script>/script>",
    "<title><script>alert(1)</script></title><textarea><img src=x onerror=alert(1)></textarea>",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_attacks_come_out_harmless(renderer: Renderer, attack: str) -> None:
    harmless(renderer.html(attack))
    harmless(renderer.html(f"> - {attack}\n\n| a |\n|---|\n| {attack} |"))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(FRAGMENTS), max_size=40))
def test_no_text_whatever_comes_out_harmful(pieces: list[str]) -> None:
    harmless(Renderer(lambda path: f"{path}?s=signed").html("".join(pieces)))


def test_markdown_means_what_people_mean(renderer: Renderer) -> None:
    html = renderer.html("*she smiles*\n**now** ~~then~~\n    not code")
    assert html == "<p><em>she smiles</em><br>\n<strong>now</strong> <s>then</s><br>\nnot code</p>\n"
    assert renderer.html("a < b & c") == "<p>a &lt; b &amp; c</p>\n"


def test_blocks_of_code_keep_their_language(renderer: Renderer) -> None:
    html = renderer.html("```python\nprint('<b>')\n```")
    assert html == "<pre><code class=\"language-python\">print('&lt;b&gt;')\n</code></pre>\n"


def test_tables_are_aligned_without_styles(renderer: Renderer) -> None:
    html = renderer.html("| a | b |\n|:-:|--:|\n| 1 | 2 |")
    assert '<th align="center">a</th>' in html
    assert '<td align="right">2</td>' in html


def test_links_lead_out_without_telling_from_where(renderer: Renderer) -> None:
    (_, (tag, attributes)) = Inspector(renderer.html("[x](https://a.example/?q=1&r=2)")).seen
    assert tag == "a"
    assert attributes["href"] == "https://a.example/?q=1&r=2"
    assert attributes["rel"] == "noopener noreferrer nofollow"


def test_pictures_from_elsewhere_become_links(renderer: Renderer) -> None:
    for text in ("![a cat](https://a.example/cat.png)", '<img alt="a cat" src="https://a.example/cat.png">'):
        html = renderer.html(text)
        assert "<img" not in html
        assert '<a class="external-picture" href="https://a.example/cat.png"' in html
        assert ">a cat</a>" in html


def test_own_pictures_are_signed_each_time(renderer: Renderer) -> None:
    times = iter(range(10))
    counting = Renderer(lambda path: f"{path}?s={next(times)}")
    text = f"look: ![a cat]({OWN}) and ![again]({OWN}?size=thumb&e=1&s=old)"
    assert f'<img src="/pictures/{ASSET}.png?s=0" alt="a cat" loading="lazy">' in counting.html(text)
    assert "?s=2" in counting.html(text) and "s=old" not in counting.html(text)


def test_the_same_text_is_parsed_once_and_the_cache_stays_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markdown, "CACHED", 1000)
    renderer = Renderer(str)
    for number in range(200):
        renderer.html(f"text number {number}")
    assert 0 < sum(map(len, renderer._cache.values())) <= 1000
    assert renderer.html("text number 199") == "<p>text number 199</p>\n"


def test_an_endless_text_is_shown_as_it_is(renderer: Renderer) -> None:
    text = "<b>" + "[" * markdown.LONGEST
    assert renderer.html(text) == f"<pre>&lt;b&gt;{'[' * markdown.LONGEST}</pre>"
