"""Source actions, and the variables that they produce.

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

_DIGEST = f"sha256:{'0' * 63}1"


def run_source(action: Action, context: Context) -> Outcome:
    """Fetch a source.

    Raises:
        ActionFailed: it cannot be fetched.

    """
    if not action.outputs:
        raise ActionFailed("the source action has no output artifact")
    [artifact, *_] = action.outputs
    source = action.source(context.sources)
    if source is None:
        return _image(action, context)
    history = action.configuration.get("OutputArtifactFormat") == "CODEBUILD_CLONE_REF"
    revision = fetch(
        source,
        context.artifacts.archive(artifact),
        history=history,
        stop=context.stop,
        notify=context.notify,
    )
    context.artifacts.put(artifact, commit=revision.commit)
    return Outcome(
        message=revision.summary,
        variables={k: v for k, v in _variables(action, context, revision).items() if v},
        details={"revision": revision.commit, "source": source, "message": revision.message},
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
    variables = {
        "AuthorDate": revision.date,
        "BranchName": settings.get("BranchName") or settings.get("Branch") or revision.branch,
        "CommitId": revision.commit,
        "CommitMessage": revision.message or "not a commit",
    }
    if action.provider == CONNECTION_PROVIDER:
        return variables | {
            "ConnectionArn": settings.get("ConnectionArn", ""),
            "FullRepositoryName": settings.get("FullRepositoryId", ""),
        }
    repository = settings.get("RepositoryName") or settings.get("Repo", "")
    return variables | {"CommitterDate": revision.date, "RepositoryName": repository}


def _image(action: Action, context: Context) -> Outcome:
    """Return a placeholder of an ECR source: a file that describes an image."""
    account, settings = context.account, action.configuration
    repository = settings.get("RepositoryName", "rehearsal")
    tag = settings.get("ImageTag", "latest")
    registry = f"{account.number}.dkr.ecr.{account.region}.amazonaws.com"
    shared = {
        "ImageDigest": _DIGEST,
        "ImageURI": f"{registry}/{repository}@{_DIGEST}",
        "RegistryId": account.number,
        "RepositoryName": repository,
    }
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "imageDetail.json")
        file.write_text(json.dumps(shared | {"ImageTags": [tag]}), encoding="utf-8")
        zip_of({file.name: file}, context.artifacts.archive(action.outputs[0]))
    context.artifacts.put(action.outputs[0], commit=_DIGEST)
    context.notify(f"{action.where}: no source is given; {repository}:{tag} is a placeholder")
    return Outcome(
        message=f"{repository}:{tag} (placeholder)", variables=shared | {"ImageTag": tag}
    )
