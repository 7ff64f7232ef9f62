"""Names that a hostile template, folder or commit may have."""

from collections.abc import Iterable

from hypothesis import strategies as st

#: Parts that mean something to a terminal, a CI service, a document's format or a library.
PARTS = (
    *("\x1b]0;title\x07", "\x1b[2J\x1b[H", "\x1b[8m", "\x9b31m", "\x1bP", "\x07", "\x08", "\x7f"),
    *("\n", "\r", "\r\n", "\x0b", "\x0c", "\x85", "\u2028", "\u2029", "\t"),
    *("\u202e", "\u2066", "\u2069", "\u200f", "\u200b", "\ufeff", "\xad", "\u0301"),
    *("\n::add-mask::secret", "::error::", "  ::set-output name=a::b", "##[group]", "##vso[task]"),
    *("[/]", "[red]", "[/foo]", "[bold", ":smile:", "[click](https://example.com)"),
    *("%0A", "%", "&", "<", ">", '"', "'", "]]>", "<!--", "&#27;", "\\", "$(id)", "`id`", ";"),
    *("\ud800", "\udc80", "\udcff", "\ud83d", "\U0001f600", "\uffff", "\ufffe", "\x00"),
    *(",", ":", "=", "#", "?", "a b", "ü", "日本", "a" * 3000, ""),
)

NAMES = st.lists(st.sampled_from(PARTS) | st.text(max_size=4) | st.just("x"), max_size=4).map(
    "".join
)

#: Names that a file may have on Linux: bytes, not always UTF-8.
FILE_NAMES = (
    NAMES.map(
        lambda name: name.replace("\0", "").replace("/", "").encode("utf-8", "surrogatepass")[:150]
    )
    .map(lambda name: name.decode("utf-8", "surrogateescape"))
    .map(lambda name: name + ".yml")
)


def assert_harmless(lines: Iterable[str]) -> None:
    """Assert that lines do nothing to a terminal, and are not commands to a CI service."""
    for line in lines:
        assert line.isprintable(), ascii(line)
        assert not line.lstrip().startswith("::"), line
        assert "##[" not in line, line
        assert "##vso[" not in line, line
