"""The build specification: how CodeBuild tests, builds and publishes the application's image.

https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
"""

from cfn_pipeline.model.application import Application

_TEMPLATE = """\
version: 0.2

phases:
  pre_build:
    commands:
      - nohup /usr/local/bin/dockerd {daemon} &
      - {wait} sh -c "until docker info; do echo .; sleep 1; done"
      # CODEBUILD_BUILD_ID is <project>:<id>, and a Docker tag takes no colon.
      - export BUILD_ID=$(echo $CODEBUILD_BUILD_ID | sed 's/^[^:]*://g')
      # CodePipeline hands over the sources without git, so the commit comes from CodeBuild.
      - export APP_VERSION=$CODEBUILD_RESOLVED_SOURCE_VERSION.$BUILD_ID
      - make login
  build:
    commands:
      - make test
      - make release
      - make publish
      - make version > version.json
  post_build:
    # Runs also when build has failed: nothing may be published here.
    commands:
      - make clean
      - make logout

artifacts:
  files:
    - version.json
"""


def buildspec(
    application: Application,  # noqa: ARG001
    *,
    wait: str,
    daemon: str,
) -> str:
    """Return the buildspec.yml for the application's repository.

    Args:
        application: what is built; its Makefile does the work.
        wait: the command with a timeout of 15 s, in the form of the build's image.
        daemon: the arguments of dockerd.

    """
    return _TEMPLATE.format(wait=wait, daemon=daemon)
