"""Gather the pages of the site in a folder: docs/, and pages that show what is elsewhere.

Examples and rendered templates become a page each, with their files; the public names of the
package, a page for each kind. Links to files of the repository lead to these pages.
"""

import posixpath
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import reference

ROOT = Path(__file__).parents[2]

#: Documents of the repository's top folder, by the page that shows them.
TOP = {
    "README.md": "readme.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
}
#: How the code of a file is coloured.
LANGUAGES = {".json": "json", ".md": "markdown", ".py": "python", ".yml": "yaml", ".yaml": "yaml"}
TEMPLATES = """# Rendered templates

The book's system, todobackend, as `make templates` renders it:
[as it is deployed today](current), and [as the chapter deploys it](book).
[Editions](../docs/editions.md) explains the differences.
"""
#: Of pages with whole templates: every word is in one of them.
UNSEARCHED = "---\nsearch: {exclude: true}\n---\n\n"
LINK = re.compile(r"\[([^\]]*)\]\(([^)\s]+)\)")
IMAGE = re.compile(r'(?<= )(src|srcset)="(docs/[^"]+)"')
FENCE = re.compile(r"^ *(```+|~~~+)")


def main() -> None:
    """Write the pages into the folder that is given."""
    place = Path(sys.argv[1])
    shutil.rmtree(place, ignore_errors=True)
    pages = dict(_pages())
    sources = {source: page for source, (page, _) in pages.items()}
    for source, (page, text) in pages.items():
        path = place / page
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_linked(text, source, page, sources), "utf-8")
    for path in (ROOT / "docs").rglob("*"):
        if path.is_file() and path.suffix != ".md":
            copy = place / path.relative_to(ROOT / "docs")
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
    shutil.copytree(Path(__file__).parent / "files", place / "assets")
    for page, text in reference.pages():
        path = place / page
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def _pages() -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield each source with its page and the page's text; links are those of the source."""
    for path in sorted((ROOT / "docs").rglob("*.md")):
        source = path.relative_to(ROOT).as_posix()
        yield source, (source.removeprefix("docs/"), path.read_text("utf-8"))
    for source, page in TOP.items():
        yield source, (page, (ROOT / source).read_text("utf-8"))
    text = (ROOT / "examples/README.md").read_text("utf-8")
    yield "examples/README.md", ("examples/index.md", text)
    for folder in sorted((ROOT / "examples").iterdir()):
        if folder.is_dir():
            page = f"examples/{folder.name}.md"
            text = _folder_page(folder, back="[All examples](../README.md)")
            yield f"examples/{folder.name}", (page, UNSEARCHED + text)
    yield "templates", ("rendered/index.md", TEMPLATES)
    for folder in sorted((ROOT / "templates").iterdir()):
        page = f"rendered/{folder.name}.md"
        text = _folder_page(folder, back="[Both editions](..)")
        yield f"templates/{folder.name}", (page, UNSEARCHED + text)


def _folder_page(folder: Path, *, back: str) -> str:
    """Return the page of a folder's files; ``back`` is the link to the page of all."""
    readme = folder / "README.md"
    text = readme.read_text("utf-8") if readme.exists() else f"# {folder.name}\n"
    text += f"\n{back}\n"
    files = [path for path in folder.rglob("*") if path.is_file() and path != readme]
    first = "cfn-pipeline.yml"
    for path in sorted(files, key=lambda path: (path.name != first, len(path.parts), path)):
        name = path.relative_to(folder).as_posix()
        if name.startswith(".") or "__pycache__" in name:
            continue
        sign = "+" if name == first else ""
        code = path.read_text("utf-8").rstrip("\n")
        fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", code)), 3)
        block = [f"{fence}{LANGUAGES.get(path.suffix, 'text')}", *code.splitlines(), fence]
        lines = "\n".join(f"    {line}" if line else "" for line in block)
        text += f'\n???{sign} file "{name}"\n\n{lines}\n'
    return text


def _linked(text: str, source: str, page: str, pages: Mapping[str, str]) -> str:
    """Let the links of a source lead to pages; those to other files become plain text."""
    lines, fence = [], ""
    for line in text.splitlines():
        if mark := FENCE.match(line):
            fence = "" if fence and line.strip().startswith(fence) else fence or mark[1]
        elif not fence:
            line = LINK.sub(lambda link: _link(link, source, page, pages), line)
            line = IMAGE.sub(lambda image: _image(image, page), line)
        lines.append(line)
    return "\n".join(lines) + "\n"


def _link(link: re.Match[str], source: str, page: str, pages: Mapping[str, str]) -> str:
    target, hash_, anchor = link[2].partition("#")
    if not target or "://" in target or target.startswith("mailto:"):
        return link[0]
    folder = source if (ROOT / source).is_dir() else posixpath.dirname(source)
    file = posixpath.normpath(posixpath.join(folder, target))
    exists = (ROOT / file).exists()
    while file and file != ".":
        if file in pages:
            path = posixpath.relpath(pages[file], posixpath.dirname(page) or ".")
            return f"[{link[1]}]({path}{hash_}{anchor})"
        if file.startswith("docs/") and (ROOT / file).is_file():
            path = posixpath.relpath(file.removeprefix("docs/"), posixpath.dirname(page) or ".")
            return f"[{link[1]}]({path})"
        file = posixpath.dirname(file)
        hash_ = anchor = ""
    return link[1] if exists else link[0]  # a file of the repository that has no page


def _image(image: re.Match[str], page: str) -> str:
    """Return the attribute of an image in HTML, which stands in a document of the top folder."""
    path = posixpath.relpath(image[2].removeprefix("docs/"), posixpath.dirname(page) or ".")
    return f'{image[1]}="{path}"'


if __name__ == "__main__":
    main()
