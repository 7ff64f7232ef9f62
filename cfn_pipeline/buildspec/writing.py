"""Where commands of a buildspec write files: the targets of redirections, and the folder then.

https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html#build-spec.phases
"""

import posixpath
import re
import shlex
from collections.abc import Sequence
from itertools import pairwise

from cfn_pipeline.buildspec.reading import Buildspec

_SOURCES = re.compile(r"\$(?:CODEBUILD_SRC_DIR|\{CODEBUILD_SRC_DIR\})(?=/|$)")
_SEPARATORS = re.compile(r"[;&|()]+")
_REDIRECTION = re.compile(r">{1,2}\|?|&>{1,2}")
#: What is read otherwise than line by line, or may change the folder in another way than cd.
_UNCERTAIN = re.compile(
    r"<<|`|(?<![\w/.-])(?:pushd|popd|eval|source|exec|trap|chdir)(?![\w/.-])|(?:^|[;&|(]\s*)\.\s",
    re.MULTILINE,
)
#: What makes a cd in a command happen only sometimes, or in a shell of its own.
_BRANCHES = re.compile(
    r"(?<![\w/.-])(?:if|for|while|until|case|function)\s|[()|]|(?:^|\s)\{\s", re.MULTILINE
)
#: They mention files, and write none but by redirection.
_READERS = ("[", "cat", "echo", "head", "jq", "ls", "printf", "stat", "tail", "test", "wc")
#: They may write files whose names they do not mention.
_COPIERS = ("cp", "install", "ln", "mv", "rsync", "tar", "unzip")


def written_paths(buildspec: Buildspec, name: str) -> set[str]:
    """Return the paths at which commands write a file of a name, relative to the sources.

    Empty: none is written by a redirection, or it is not certain where.
    """
    if not re.fullmatch(r"(?:.*/)?(?:ba)?sh", buildspec.shell):
        return set()
    paths: set[str] = set()
    folder: str | None = ""
    for command in buildspec.commands():
        if buildspec.isolated:
            folder = ""
        parts = _simple_commands(command.text)
        if parts is None:
            if name in command.text:
                return set()
            folder = None
            continue
        for words in parts:
            if words[0] == "cd":
                sure = len(words) == 2 and not _BRANCHES.search(command.text)
                folder = _joined(folder, words[1]) if sure else None
                continue
            targets = _targets(words)
            mentions = sum(name in word for word in words)
            others = mentions - sum(name in target for target in targets)
            if words[0] in _COPIERS or (others and words[0] not in _READERS):
                return set()
            if any("$" in posixpath.basename(target) for target in targets):
                return set()
            found = {_joined(folder, t) for t in targets if posixpath.basename(t) == name}
            if None in found:
                return set()
            paths |= {path for path in found if path is not None}
    return paths


def path_in_sources(text: str) -> str | None:
    """Return a path of a buildspec relative to the sources; None: it is not known."""
    return _joined("", text)


def _simple_commands(text: str) -> list[list[str]] | None:
    """Return the words of each command in a text; None: it is not certain what it does."""
    if _UNCERTAIN.search(text):
        return None
    commands: list[list[str]] = []
    for line in text.replace("\\\n", " ").splitlines():
        if line.lstrip().startswith("#"):
            continue
        lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
        lexer.whitespace_split = True
        commands.append([])
        try:
            for token in lexer:
                if _SEPARATORS.fullmatch(token):
                    commands.append([])
                else:
                    commands[-1].append(token)
        except ValueError:  # a quotation that does not end in this line
            return None
    return [words for words in commands if words]


def _targets(words: Sequence[str]) -> list[str]:
    """Return the files to which a command's output is redirected."""
    targets = [after for word, after in pairwise(words) if _REDIRECTION.fullmatch(word)]
    return [*targets, *(words[1:] if words[:1] == ["tee"] else ())]


def _joined(folder: str | None, path: str) -> str | None:
    """Return a path from a folder on, relative to the sources; None: it is not known."""
    rest = _SOURCES.sub("", path, count=1) if path.startswith("$") else None
    if rest is not None:
        folder, path = "", rest.lstrip("/") or "."
    if folder is None or not path or re.search(r"[$*?\[~]|^[-/]", path):
        return None
    joined = posixpath.normpath(posixpath.join(folder, path))
    return "" if joined == "." else joined
