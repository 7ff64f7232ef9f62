"""Source actions: what they fetch, and the variables that they make.

https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-variables.html
"""

import json
import tempfile
from pathlib import Path

from cfn_pipeline.aws.pipelines import CONNECTION_PROVIDER
from cfn_pipeline.rehearsal.artifacts.sources import Revision, fetch
from cfn_pipeline.rehearsal.artifacts.zips import zip_of
from cfn_pipeline.rehearsal.context import Context
from cfn_pipeline.rehearsal.outcome import ActionFailed, Outcome
from cfn_pipeline.rehearsal.pipeline import Action

__all__ = ["needs_source", "run_source", "source_of"]

_DIGEST = f"sha256:{'0' * 63}1"


def source_of(action: Action, sources: dict[str, str]) -> str | None:
    """Return what was given for a source action, by its name or its artifact's; None: nothing."""
    for name in (action.id, action.name, *action.outputs):
        if name in sources:
            return sources[name]
    return None


def needs_source(action: Action) -> bool:
    """Tell whether an action is a source that nobody can make up."""
    return action.category == "Source" and action.provider != "ECR"


def run_source(action: Action, context: Context) -> Outcome:
    """Fetch a source.

    Raises:
        ActionFailed: it cannot be fetched.

    """
    if not action.outputs:
        raise ActionFailed("a source action has an output artifact")
    [artifact, *_] = action.outputs
    archive = context.artifacts.zip_path(artifact)
    given = source_of(action, dict(context.sources))
    if given is None:
        return _image(action, context)
    history = action.configuration.get("OutputArtifactFormat") == "CODEBUILD_CLONE_REF"
    revision = fetch(given, archive, history=history)
    context.artifacts.put(artifact, commit=revision.commit)
    return Outcome(
        message=revision.shown,
        variables={k: v for k, v in _variables(action, context, revision).items() if v},
        details={"revision": revision.commit, "source": given, "message": revision.message},
    )


def _variables(action: Action, context: Context, revision: Revision) -> dict[str, str]:
    settings = action.configuration
    if action.provider == "S3":
        stored = context.artifacts.stored[action.outputs[0]]
        return {
            "BucketName": settings.get("S3Bucket", stored.bucket),
            "ETag": revision.commit,
            "ObjectKey": settings.get("S3ObjectKey", stored.key),
            "VersionId": revision.commit[:32],
        }
    found = {
        "AuthorDate": revision.date,
        "BranchName": settings.get("BranchName") or settings.get("Branch") or revision.branch,
        "CommitId": revision.commit,
        "CommitMessage": revision.message or "files of no commit",
    }
    if action.provider == CONNECTION_PROVIDER:
        return found | {
            "ConnectionArn": settings.get("ConnectionArn", ""),
            "FullRepositoryName": settings.get("FullRepositoryId", ""),
        }
    repository = settings.get("RepositoryName") or settings.get("Repo", "")
    return found | {"CommitterDate": revision.date, "RepositoryName": repository}


def _image(action: Action, context: Context) -> Outcome:
    """Give what an ECR source gives: a file that tells of an image."""
    account, settings = context.account, action.configuration
    repository = settings.get("RepositoryName", "rehearsal")
    tag = settings.get("ImageTag", "latest")
    registry = f"{account.number}.dkr.ecr.{account.region}.amazonaws.com"
    uri = f"{registry}/{repository}@{_DIGEST}"
    told = {
        "ImageDigest": _DIGEST,
        "ImageTags": [tag],
        "ImageURI": uri,
        "RegistryId": account.number,
        "RepositoryName": repository,
    }
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "imageDetail.json")
        file.write_text(json.dumps(told), encoding="utf-8")
        zip_of({file.name: file}, context.artifacts.zip_path(action.outputs[0]))
    context.artifacts.put(action.outputs[0], commit=_DIGEST)
    context.notice(f"{action.where}: no source was given; the image {repository}:{tag} is made up")
    return Outcome(
        message=f"{repository}:{tag} (made up)",
        variables={
            "ImageDigest": _DIGEST,
            "ImageTag": tag,
            "ImageURI": uri,
            "RegistryId": account.number,
            "RepositoryName": repository,
        },
    )
