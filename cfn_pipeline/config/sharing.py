"""What applications of a file share: one of them makes it, and the others refer to it by its name.

The one that makes it renders it, so it is rendered once. The others import it, or know its name;
here it is told when no application of the file makes it.
"""

from collections.abc import Collection, Iterator, Sequence

from cfn_pipeline.model.application import Application


def sharing_problems(
    applications: Sequence[Application], names: Collection[str]
) -> Iterator[tuple[str, str]]:
    """Yield each application that refers to what no other one makes, and the message.

    Args:
        applications: those that are read.
        names: of all applications of the file.

    """
    makers = {each.name: each for each in applications}
    for application in applications:
        project = application.project
        if project is None or project.image_of is None:
            continue
        if problem := _problem(application, project.image_of, makers.get(project.image_of), names):
            yield application.name, f"{application.where}, {project.where}: {problem}"


def _problem(
    application: Application, name: str, maker: Application | None, names: Collection[str]
) -> str:
    if name not in names:
        others = ", ".join(repr(each) for each in names if each != application.name) or "none"
        return (
            f"unknown application {name!r} in image_of; the other applications of the file are "
            f"{others}"
        )
    if maker is not None and not maker.makes_build_image:
        return (
            f"{maker.where} makes no build image, and image_of names it; use an application whose "
            "build has neither image nor image_of"
        )
    if maker is not None and maker.architecture != application.architecture:
        return (
            f"the build image of {maker.where} is for {maker.architecture}, and builds run on "
            f"{application.architecture}; remove image_of"
        )
    return ""
