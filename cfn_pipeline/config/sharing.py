"""What applications of a file share: one of them makes it, and the others refer to it by its name.

The one that makes it renders it, so it is rendered once. The others import it, or know its name;
here it is told when no application of the file makes it.
"""

from collections.abc import Iterator, Mapping, Sequence

from cfn_pipeline.model.application import Application


def unknown_makers(image_of: Mapping[str, str | None]) -> Iterator[tuple[str, str]]:
    """Yield each application whose build image no application of the file makes, and the message.

    Args:
        image_of: the name of the application that makes it, by the name of each application of
            the file; None: its own, or none.

    """
    for name, maker in image_of.items():
        if maker is not None and maker not in image_of:
            others = ", ".join(repr(each) for each in image_of if each != name) or "none"
            yield (
                name,
                (
                    f"application {name!r}, build: unknown application {maker!r} in image_of; the "
                    f"other applications of the file are {others}"
                ),
            )


def sharing_problems(applications: Sequence[Application]) -> Iterator[tuple[str, str]]:
    """Yield each application that cannot use what another one makes, and the message.

    Args:
        applications: those that are read.

    """
    makers = {each.name: each for each in applications}
    for application in applications:
        project = application.project
        if project is None or application.makes_build_image or project.image_of is None:
            continue
        maker = makers.get(project.image_of)
        if maker is not None and (problem := _problem(application, maker)):
            yield application.name, f"{application.where}, {project.where}: {problem}"


def _problem(application: Application, maker: Application) -> str:
    if not maker.makes_build_image:
        return (
            f"{maker.where} makes no build image, and image_of names it; use an application whose "
            "build has neither image nor image_of"
        )
    if maker.architecture != application.architecture:
        return (
            f"the build image of {maker.where} is for {maker.architecture}, and builds run on "
            f"{application.architecture}; remove image_of"
        )
    if (maker.account, maker.region) != (application.account, application.region):
        return (
            f"{maker.where}, which makes the build image, is in another account or region; remove "
            "image_of"
        )
    return ""
