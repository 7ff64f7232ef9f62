"""Volumes of applications: folders of the instances, and file systems in Amazon EFS."""

from dataclasses import replace
from typing import Any

import pytest

from cfn_pipeline import (
    BOOK,
    Application,
    Container,
    EditionError,
    EfsVolume,
    Environment,
    ExistingEfsVolume,
    Fargate,
    GitHubRepository,
    HostVolume,
    ModelError,
    render,
    todobackend,
)
from cfn_pipeline.config.reading import read_config

APPLICATION = Application(
    name="orders",
    source=GitHubRepository("acme/orders"),
    container=Container(
        name="orders", cpu=256, memory=512, port=8080, mounts={"uploads": "/uploads"}
    ),
    volumes={"uploads": EfsVolume()},
    compute=Fargate(),
)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        (
            {"volumes": {"uploads": "/data/uploads"}},
            "volumes (uploads) are folders of the host, which Fargate does not have; use EfsVolume",
        ),
        ({"volumes": {"uploads": "data"}}, "invalid path 'data'"),
        (
            {"volumes": {"Up_loads": EfsVolume()}},
            "invalid name of a file system's volume 'Up_loads'",
        ),
        ({"volumes": {}}, "unknown volume 'uploads' in mounts; the application's volumes are none"),
        (
            {"environments": [Environment("dev", subnets=["subnet-1", "subnet-2"] * 2)]},
            "environment 'dev': tasks run in 4 subnets, and an EfsVolume has mount targets in 3",
        ),
    ],
)
def test_what_cannot_be_mounted_is_refused(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(ModelError) as caught:
        replace(APPLICATION, **changes)
    assert problem in str(caught.value)


def test_a_number_of_days_that_efs_does_not_know() -> None:
    with pytest.raises(ModelError, match=r"must be one of 1, 7, 14, .*, 365 \(got 31\)"):
        EfsVolume(days_until_infrequent_access=31)


def test_private_tasks_are_mounted_in_the_private_subnets() -> None:
    subnets = ["subnet-1", "subnet-2"] * 2
    environment = Environment("dev", subnets=subnets, private_subnets=subnets[:2])
    replace(APPLICATION, compute=Fargate(private=True), environments=[environment])


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"file_system": "x"}, "invalid file system 'x': use an id such as fs-"),
        ({"security_group": "x"}, "invalid security group 'x'"),
        ({"access_point": "fs-0a1b2c3d"}, "invalid access point 'fs-0a1b2c3d'"),
    ],
)
def test_ids_have_the_form_of_aws(options: dict[str, Any], problem: str) -> None:
    with pytest.raises(ModelError) as caught:
        ExistingEfsVolume(**options)
    assert problem in str(caught.value)


def test_a_text_is_a_folder_of_the_instances() -> None:
    plain = render(todobackend)
    assert render(replace(todobackend, volumes={"public": HostVolume("/data/public")})) == plain


def test_the_book_has_no_file_systems() -> None:
    application = replace(todobackend, volumes={"public": EfsVolume()})
    with pytest.raises(EditionError, match="the book edition has no EfsVolume; it has HostVolume"):
        render(application, edition=BOOK)


def test_volumes_in_the_configuration_file() -> None:
    [application] = read_config(
        """
applications:
  - name: orders
    source: acme/orders
    container:
      name: orders
      cpu: 256
      memory: 512
      port: 8080
      mounts: {public: /public, cache: /cache, uploads: /uploads, archive: /archive}
    volumes:
      public: /data/public
      cache: {type: host, path: /data/cache}
      uploads: {type: efs, backup: false}
      archive: {type: existing_efs, file_system: fs-0a1b2c3d, read_only: true}
"""
    )
    assert dict(application.volumes) == {
        "public": "/data/public",
        "cache": HostVolume("/data/cache"),
        "uploads": EfsVolume(backup=False),
        "archive": ExistingEfsVolume(file_system="fs-0a1b2c3d", read_only=True),
    }
