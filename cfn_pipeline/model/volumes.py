"""Where containers keep data beyond their own end."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import ClassVar

from cfn_pipeline.aws import name_forms
from cfn_pipeline.aws.efs import DAYS_UNTIL_INFREQUENT_ACCESS
from cfn_pipeline.aws.name_forms import NameForm
from cfn_pipeline.frozen import frozen
from cfn_pipeline.model.containers import Container
from cfn_pipeline.model.validated import Validated

#: The subnets in which an EfsVolume can be mounted.
MOST_MOUNT_TARGETS = 3


@frozen
class Volume(Validated):
    """What containers mount.

    Args:
        name: by which containers mount it: the key in the application's ``volumes``, which sets it.

    """

    is_choice: ClassVar[bool] = True
    name_form: ClassVar[NameForm] = name_forms.VOLUME

    name: str = field(default="", metadata={"python_only": True})

    @property
    def where(self) -> str:
        """How messages call the volume."""
        return f"volume {self.name!r}" if self.name else type(self).__name__


@frozen(kw_only=False)
class HostVolume(Volume):
    """A folder of the instances, which keep it while they run: ``HostVolume("/data/public")``.

    Args:
        path: of the folder, which belongs to user and group 1000.

    """

    type_name: ClassVar[str] = "host"

    path: str

    def problems(self) -> Iterator[str]:
        """Yield an invalid path."""
        yield from name_forms.PATH.problems(self.path, self.where)


@frozen
class FileSystem(Volume):
    """Base class of file systems in Amazon EFS, which all tasks share.

    Args:
        read_only: whether containers can only read it.

    """

    is_choice: ClassVar[bool] = True

    #: Logical ids begin with the name.
    name_form: ClassVar[NameForm] = name_forms.FILE_SYSTEM

    read_only: bool = False


@frozen
class EfsVolume(FileSystem):
    """A file system of the application's own: ``EfsVolume()``.

    It is encrypted with the environment's key, and only containers of the application can mount it.
    All of its files belong to user and group 1000. It stays when the stack is deleted.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/efs-volumes.html

    Args:
        backup: whether AWS Backup keeps daily backups for five weeks.
        days_until_infrequent_access: after how many days without access a file moves to Infrequent
            Access, which costs less, until it is read: 1, 7, 14, 30, 60, 90, 180, 270 or 365.

    """

    type_name: ClassVar[str] = "efs"

    backup: bool = True
    days_until_infrequent_access: int = 30

    def problems(self) -> Iterator[str]:
        """Yield a number of days that EFS does not know."""
        if self.days_until_infrequent_access not in DAYS_UNTIL_INFREQUENT_ACCESS:
            yield (
                f"{self.where}: days_until_infrequent_access must be one of "
                f"{', '.join(map(str, DAYS_UNTIL_INFREQUENT_ACCESS))} "
                f"(got {self.days_until_infrequent_access})"
            )


@frozen
class ExistingEfsVolume(FileSystem):
    """A file system that exists: ``ExistingEfsVolume(file_system="fs-0a1b2c3d4e5f60718")``.

    Its values are defaults of parameters of the stack, which begin with the volume's name
    (``UploadsFileSystemId``); an environment whose values are others has them in ``parameters``.

    Args:
        file_system: its id; absent: the parameter has no default.
        security_group: the id of that of its mount targets, which gets a rule that lets tasks in;
            absent: the parameter has no default.
        access_point: the id of an access point of it; absent: its root folder is mounted.

    """

    type_name: ClassVar[str] = "existing_efs"

    file_system: str | None = None
    security_group: str | None = None
    access_point: str | None = None

    def problems(self) -> Iterator[str]:
        """Yield invalid ids."""
        yield from name_forms.FILE_SYSTEM_ID.problems(self.file_system, self.where)
        yield from name_forms.SECURITY_GROUP.problems(self.security_group, self.where)
        yield from name_forms.ACCESS_POINT_ID.problems(self.access_point, self.where)


def volume_of(name: str, value: str | Volume) -> Volume:
    """Return a volume of an application by its name; a text is a folder of the instances."""
    return replace(HostVolume(value) if isinstance(value, str) else value, name=name)


def host_folders(volumes: Mapping[str, str | Volume]) -> dict[str, str]:
    """Return the paths of the volumes that are folders of the instances, by their names."""
    return {
        name: value if isinstance(value, str) else value.path
        for name, value in volumes.items()
        if isinstance(value, (str, HostVolume))
    }


def volume_problems(
    volumes: Mapping[str, str | Volume], where: str, containers: Sequence[Container]
) -> Iterator[str]:
    """Yield invalid names of volumes, invalid paths, and volumes that no container mounts."""
    mounted = {name for container in containers for name in container.mounts}
    for name, value in volumes.items():
        if name not in mounted:
            yield (
                f"{where}: the volume {name!r} is not mounted; add it to mounts of a container, or "
                "remove it"
            )
        form = name_forms.VOLUME if isinstance(value, str) else value.name_form
        yield from form.problems(name, where)
        if isinstance(value, str):
            yield from name_forms.PATH.problems(value, where)


def subnet_problems(
    volumes: Mapping[str, str | Volume], subnets: Sequence[str], where: str
) -> Iterator[str]:
    """Yield more subnets of tasks than there are mount targets."""
    own = any(isinstance(volume, EfsVolume) for volume in volumes.values())
    if own and len(subnets) > MOST_MOUNT_TARGETS:
        yield (
            f"{where}: tasks run in {len(subnets)} subnets, and an EfsVolume has mount targets in "
            f"{MOST_MOUNT_TARGETS}; use fewer subnets"
        )
