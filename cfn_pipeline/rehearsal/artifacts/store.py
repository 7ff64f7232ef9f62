"""The artifacts of a run, in the pipeline's bucket, with keys as CodePipeline creates them."""

import secrets
import string
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from cfn_pipeline.rehearsal.artifacts.zips import link_target, unzip
from cfn_pipeline.rehearsal.folder import RunFolder
from cfn_pipeline.rehearsal.local_aws.account import Account

#: Links that lead to each other.
_MOST_LINKS = 40

_LETTERS = string.ascii_letters + string.digits


@dataclass(frozen=True, kw_only=True)
class StoredArtifact:
    """An artifact in the bucket.

    Args:
        name: its name in the pipeline.
        bucket: the bucket.
        key: the object's key.
        commit: the revision of a source artifact; empty: it is not a source's.
        files: the paths of its files.

    """

    name: str
    bucket: str
    key: str
    commit: str = ""
    files: Sequence[str] = ()

    @property
    def url(self) -> str:
        """The URL that ``Fn::GetArtifactAtt`` returns."""
        return f"https://s3.amazonaws.com/{self.bucket}/{self.key}"

    def to_dict(self) -> dict[str, Any]:
        """Return the artifact as JSON values."""
        return asdict(self)


class Artifacts:
    """The artifacts of one run.

    Args:
        account: the account with the bucket.
        pipeline: the pipeline's name.
        bucket: the pipeline's bucket.
        folder: of the run, which keeps a copy of each zip.

    """

    def __init__(self, account: Account, pipeline: str, bucket: str, folder: RunFolder) -> None:
        self._account = account
        self._pipeline = pipeline
        self._bucket = bucket
        self._folder = folder
        self.stored: dict[str, StoredArtifact] = {}

    def archive(self, name: str) -> Path:
        """Return the path at which the zip of an artifact is created."""
        return self._folder.archive(name)

    def put(self, name: str, *, commit: str = "") -> StoredArtifact:
        """Upload the zip of an artifact."""
        random = "".join(secrets.choice(_LETTERS) for _ in range(7))
        extension = ".zip" if commit else ""
        key = f"{self._pipeline[:20]}/{name[:10]}/{random}{extension}"
        archive = self.archive(name)
        self._account.client("s3").upload_file(str(archive), self._bucket, key)
        stored = StoredArtifact(name=name, bucket=self._bucket, key=key, commit=commit)
        self.stored[name] = replace(stored, files=sorted(self._names(archive)))
        return self.stored[name]

    def get(self, name: str, folder: Path, stop: threading.Event | None = None) -> Path:
        """Download an artifact and extract it to a folder.

        Args:
            name: of the artifact.
            folder: which is replaced.
            stop: set when the run is to stop.

        Raises:
            LookupError: no action has created it.
            Stopped: the run is to stop.

        """
        stored = self.stored[name]
        archive = folder.parent / f".{folder.name}.zip"
        archive.parent.mkdir(parents=True, exist_ok=True)
        self._account.client("s3").download_file(stored.bucket, stored.key, str(archive))
        unzip(archive, folder, stop)
        archive.unlink()
        return folder

    def read(self, name: str, path: str) -> bytes | None:
        """Return the content of a file in an artifact; None: the artifact has no such file.

        Raises:
            LookupError: no action has created the artifact.

        """
        import io
        import zipfile

        stored = self.stored[name]
        response = self._account.client("s3").get_object(Bucket=stored.bucket, Key=stored.key)
        with zipfile.ZipFile(io.BytesIO(response["Body"].read())) as archive:
            path = path.removeprefix("./")
            try:
                for _ in range(_MOST_LINKS):
                    target = link_target(archive, path)
                    if target is None:
                        return archive.read(path)
                    path = target
            except KeyError:
                pass
            return None

    def restore(self, data: Mapping[str, Mapping[str, Any]]) -> None:
        """Take over the artifacts of a run that is resumed, as ``to_dict`` returned them."""
        self.stored = {name: StoredArtifact(**dict(entry)) for name, entry in data.items()}

    @staticmethod
    def _names(archive: Path) -> list[str]:
        import zipfile

        with zipfile.ZipFile(archive) as opened:
            return opened.namelist()
