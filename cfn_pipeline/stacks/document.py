"""What every template begins with."""

from troposphere import Template

__all__ = ["FORMAT_VERSION", "template"]

FORMAT_VERSION = "2010-09-09"


def template(description: str) -> Template:
    """Make an empty template."""
    made = Template(Description=description)
    made.set_version(FORMAT_VERSION)
    return made
