"""The artifacts of a run, in the pipeline's bucket, laid out as CodePipeline does."""

import secrets
import string
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from cfn_pipeline.rehearsal.artifacts.zips import unzip
from cfn_pipeline.rehearsal.local_aws.account import Account

__all__ = ["Artifacts", "Stored"]

_LETTERS = string.ascii_letters + string.digits


@dataclass(frozen=True, kw_only=True)
class Stored:
    """An artifact that is there.

    Args:
        name: its name in the pipeline.
        bucket: where it is.
        key: under which key.
        commit: the revision of a source; empty: it is no source's.
        files: the paths of its files.

    """

    name: str
    bucket: str
    key: str
    commit: str = ""
    files: Sequence[str] = ()

    @property
    def url(self) -> str:
        """Where CloudFormation's Fn::GetArtifactAtt says that it is."""
        return f"https://s3.amazonaws.com/{self.bucket}/{self.key}"

    @property
    def said(self) -> dict[str, Any]:
        """What a record of it holds."""
        return asdict(self)


class Artifacts:
    """The artifacts of one run of a pipeline.

    Args:
        account: whose S3 it is.
        pipeline: the pipeline's name.
        bucket: the pipeline's bucket.
        folder: where copies of the zips are kept, and opened.

    """

    def __init__(self, account: Account, pipeline: str, bucket: str, folder: Path) -> None:
        self._account = account
        self._pipeline = pipeline
        self._bucket = bucket
        self._folder = folder
        self.stored: dict[str, Stored] = {}

    def zip_path(self, name: str) -> Path:
        """Return where the zip of an artifact is made."""
        return self._folder / f"{name}.zip"

    def put(self, name: str, *, commit: str = "") -> Stored:
        """Upload the zip that was made for an artifact."""
        random = "".join(secrets.choice(_LETTERS) for _ in range(7))
        ending = ".zip" if commit else ""
        key = f"{self._pipeline[:20]}/{name[:10]}/{random}{ending}"
        archive = self.zip_path(name)
        self._account.client("s3").upload_file(str(archive), self._bucket, key)
        stored = Stored(name=name, bucket=self._bucket, key=key, commit=commit)
        self.stored[name] = replace(stored, files=sorted(self._listed(archive)))
        return self.stored[name]

    def get(self, name: str, folder: Path) -> Path:
        """Download an artifact, and lay its files in a folder.

        Raises:
            LookupError: no action has made it.

        """
        stored = self.stored[name]
        archive = folder.parent / f".{folder.name}.zip"
        archive.parent.mkdir(parents=True, exist_ok=True)
        self._account.client("s3").download_file(stored.bucket, stored.key, str(archive))
        unzip(archive, folder)
        archive.unlink()
        return folder

    def read(self, name: str, path: str) -> bytes | None:
        """Return what a file of an artifact holds; None: it has no such file.

        Raises:
            LookupError: no action has made the artifact.

        """
        import io
        import zipfile

        stored = self.stored[name]
        answer = self._account.client("s3").get_object(Bucket=stored.bucket, Key=stored.key)
        with zipfile.ZipFile(io.BytesIO(answer["Body"].read())) as opened:
            try:
                return opened.read(path.removeprefix("./"))
            except KeyError:
                return None

    def remember(self, said: Mapping[str, Mapping[str, Any]]) -> None:
        """Take the artifacts of a run that goes on."""
        self.stored = {name: Stored(**dict(entry)) for name, entry in said.items()}

    @staticmethod
    def _listed(archive: Path) -> list[str]:
        import zipfile

        with zipfile.ZipFile(archive) as opened:
            return opened.namelist()
