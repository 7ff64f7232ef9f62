"""The first line of rendered files, which tells them from those of people."""

#: Begins the first line of each rendered file that can hold a comment.
HEADER = "Rendered by cfn-pipeline"


def is_rendered(text: str) -> bool:
    """Return whether a file was rendered, so that rendering may replace it."""
    return text.startswith(f"# {HEADER}")
