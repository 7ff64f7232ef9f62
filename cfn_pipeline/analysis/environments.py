"""Environments, as names of stacks, stages and files tell them: production, and others."""

import re
from collections.abc import Iterable

#: Words that mean an environment, by what it is.
_WORDS = {
    "development": ("dev", "develop", "development"),
    "test": ("test", "testing", "qa", "uat", "int", "integration"),
    "staging": ("stag", "staging", "stage", "stg", "preprod", "preproduction"),
    "production": ("prod", "production", "prd", "live"),
}
_MEANING = {word: meaning for meaning, words in _WORDS.items() for word in words}

PRODUCTION = "production"


def environments_in(names: Iterable[str | None]) -> set[str]:
    """Return the environments whose words are in names, such as ``orders-prod``.

    ``pre-prod`` is not production. Words within words do not count: ``product`` is none.
    """
    meanings = set()
    for name in names:
        text = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name or "")
        text = re.sub(r"(?i)\bpre[-_.]?prod", "preprod", text)
        for word in re.split(r"[^a-z]+", text.lower()):
            if word in _MEANING:
                meanings.add(_MEANING[word])
    return meanings
