"""Details of the work: what is read, left out, taken from a cache, asked of AWS.

``cfn-pipeline --verbose`` shows them. Unlike the module logging, this one takes no time to load.
"""

from collections.abc import Callable, Mapping
from typing import Any

_listeners: list[Callable[[str], None]] = []


def listen(listener: Callable[[str], None] | None) -> None:
    """Send details to a function, and to no other; None: to none."""
    _listeners[:] = [] if listener is None else [listener]


def tell(text: str) -> None:
    """Tell a detail to the one who listens."""
    for listener in _listeners:
        listener(text)


def tell_call(*, model: Any, context: Mapping[str, Any], **_: Any) -> None:
    """Tell which operation of AWS is called: a handler of botocore's event ``before-call``."""
    region = context.get("client_region")
    tell(f"ask {model.service_model.service_name} {model.name} ({region})")
