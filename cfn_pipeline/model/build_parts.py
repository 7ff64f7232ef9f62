"""What a build has beside its image: test reports, and a network."""

from collections.abc import Iterator, Sequence
from dataclasses import KW_ONLY

from cfn_pipeline.aws import name_forms
from cfn_pipeline.aws.codebuild import (
    COVERAGE_FORMATS,
    REPORT_FORMATS,
    VPC_SECURITY_GROUPS,
    VPC_SUBNETS,
)
from cfn_pipeline.frozen import frozen
from cfn_pipeline.model.validated import Validated


@frozen(kw_only=False)
class Report(Validated):
    """A report of tests, or of the code that they cover: ``Report("reports/*.xml")``.

    https://docs.aws.amazon.com/codebuild/latest/userguide/test-reporting.html

    Args:
        files: a pattern of the files in which tests write their results, or several.
        format: JUNITXML, CUCUMBERJSON, NUNITXML, NUNIT3XML, TESTNGXML or VISUALSTUDIOTRX; of code
            coverage: CLOVERXML, COBERTURAXML, JACOCOXML or SIMPLECOV.
        folder: in which the files are looked for; absent: that of the application.

    """

    files: str | Sequence[str]
    _: KW_ONLY
    format: str = REPORT_FORMATS[0]
    folder: str | None = None

    @property
    def patterns(self) -> tuple[str, ...]:
        """The patterns of files."""
        return (self.files,) if isinstance(self.files, str) else tuple(self.files)

    @property
    def is_coverage(self) -> bool:
        """Whether it tells which code the tests cover."""
        return self.format in COVERAGE_FORMATS

    def problems(self) -> Iterator[str]:
        """Yield a report of no files, and formats that CodeBuild does not read."""
        if not all(self.patterns) or not self.patterns:
            yield f"{self.where}: files is empty; use a pattern, such as 'reports/*.xml'"
        if self.format not in (*REPORT_FORMATS, *COVERAGE_FORMATS):
            yield (
                f"{self.where}: unknown format {self.format!r}; use one of "
                f"{', '.join((*REPORT_FORMATS, *COVERAGE_FORMATS))}"
            )


@frozen
class BuildVpc(Validated):
    """The VPC in which builds run, such as that of a database which tests need.

    ``BuildVpc(vpc_id="vpc-0a1b", subnets=["subnet-1a2b"], security_groups=["sg-3c4d"])``

    Builds have no public address there: the subnets route to a NAT gateway, or have endpoints of
    the services that builds use.

    https://docs.aws.amazon.com/codebuild/latest/userguide/vpc-support.html

    Args:
        vpc_id: of the VPC.
        subnets: private ones, 1 to 16.
        security_groups: of the builds' network interfaces, 1 to 5.

    """

    vpc_id: str
    subnets: Sequence[str]
    security_groups: Sequence[str]

    def problems(self) -> Iterator[str]:
        """Yield ids that AWS does not have, and too few or too many of them."""
        yield from name_forms.VPC.problems(self.vpc_id, self.where)
        for name, form, accepted in (
            ("subnets", name_forms.SUBNET, VPC_SUBNETS),
            ("security_groups", name_forms.SECURITY_GROUP, VPC_SECURITY_GROUPS),
        ):
            ids = getattr(self, name)
            if len(ids) not in accepted:
                yield f"{self.where}: {name} must have {accepted} ids (got {len(ids)})"
            for each in ids:
                yield from form.problems(each, self.where)
