"""What every template begins with."""

from troposphere import AWSObject, Template

__all__ = ["FORMAT_VERSION", "add_resources", "new_template"]

FORMAT_VERSION = "2010-09-09"


def new_template(description: str) -> Template:
    """Make an empty template."""
    made = Template(Description=description)
    made.set_version(FORMAT_VERSION)
    return made


def add_resources(template: Template, *resources: AWSObject) -> None:
    """Add resources in the order in which they are to be read."""
    for resource in resources:
        template.add_resource(resource)
