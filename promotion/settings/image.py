"""The image that is promoted: where it is, who must have signed it, what is asked of it, where it was built."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from promotion.settings.account import AwsAccess
from promotion.settings.strict import Strict

ScanSource = Literal["attestation", "trivy-report", "run-trivy", "ecr"]
_VARIABLE = r"^[^$]*(?:\$\{[A-Za-z_]\w*\}[^$]*)+$"


def _repository(text: str) -> str:
    from promotion.core.image_reference import Repository

    Repository.parse(text)
    return text


class SignerSettings(Strict):
    """Whose signatures count: a key, a key of AWS KMS, or an identity as an OIDC issuer vouches for it (keyless)."""

    key: str | None = None
    """PEM file of a public key, relative to promotion.toml."""
    kms_key: str | None = Field(default=None, pattern=r"^(?:arn:aws[a-z-]*:kms:\S+|alias/[\w/-]+|[\w-]{8,})$")
    """ARN, id or `alias/…` of an asymmetric key; its public key is asked for with the access of `[image.aws]`."""
    identity: str | None = Field(default=None, min_length=1)
    """What the certificate must name, exactly: an e-mail address or the URI of a workflow."""
    identity_is_regex: bool = False
    """Whether `identity` is a regular expression that must match the whole name."""
    issuer: str | None = Field(default=None, pattern="^https://")
    """The OIDC issuer that must have vouched for the identity."""
    trust_root: str | None = None
    """`trusted_root.json` of a private sigstore, relative to promotion.toml; the public one if empty."""

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        given = [name for name in ("key", "kms_key", "identity") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"give exactly one of `key`, `kms_key`, `identity`; there is {', '.join(given) or 'none'}")
        if (self.identity is None) != (self.issuer is None):
            raise ValueError("`identity` and `issuer` must be given together: any issuer could certify any identity")
        if self.identity is None and (self.trust_root is not None or self.identity_is_regex):
            raise ValueError("`trust_root` and `identity_is_regex` need `identity`")
        if self.identity_is_regex:
            import re

            try:
                re.compile(self.identity or "")
            except re.error as mistake:
                raise ValueError(f"`identity` is not a regular expression: {mistake}") from None
        return self


class SbomSettings(Strict):
    """What the image's bill of materials must be."""

    signer: SignerSettings | None = None
    """Who attests it; the image's signer if empty."""
    application: str | None = None
    """Name or package URL of the application among the components; the repository in the image's label
    `org.opencontainers.image.source` if empty."""
    base_system: bool = True
    """Whether there must be packages of an operating system; false for an image made from scratch."""
    max_age_days: float | None = Field(default=None, gt=0)
    """The oldest it may be, in days; any age if empty, because the image it describes does not change."""
    max_fall: float = Field(default=0.3, gt=0, le=1)
    """Share by which the number of components may fall against the image in prod."""
    validate_schema: bool = True
    """Whether it is checked against the schema of its format, which needs the extra `sbom`."""


class Vulnerabilities(Strict):
    """Which scan of the image counts."""

    sources: Annotated[tuple[ScanSource, ...], Field(min_length=1)] = ("attestation",)
    """Asked in this order; the first that has a scan of this image, and a fresh one, decides."""
    max_age_days: float = Field(default=7, gt=0)
    """The maximum age of a scan in days, as the scan says."""
    signer: SignerSettings | None = None
    """Who attests the scan; the image's signer if empty."""
    trivy_report: str | None = None
    """A Trivy report in JSON, relative to promotion.toml; or `--trivy-report FILE`. It is asked first, unless `sources`
    names `trivy-report` itself."""
    timeout: float = Field(default=300, gt=0)
    """Seconds until the `trivy` that `run-trivy` runs is stopped."""

    @property
    def order(self) -> tuple[ScanSource, ...]:
        """The sources in the order in which they are asked."""
        if self.trivy_report is None or "trivy-report" in self.sources:
            return self.sources
        return ("trivy-report", *self.sources)

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len(set(self.sources)) != len(self.sources):
            raise ValueError("`sources` names the same source twice")
        return self


class Image(Strict):
    """The container image that is promoted."""

    repository: Annotated[str, Field(pattern=r"^[^\s/@]+(?:/[^\s/@:]+)+$"), AfterValidator(_repository)]
    """Registry and repository without tag or digest: `999988887777.dkr.ecr.eu-west-1.amazonaws.com/shop`."""
    layout: str | None = None
    """Directory with an OCI image layout that is read in place of the registry, relative to promotion.toml."""
    endpoint_url: str | None = Field(default=None, pattern="^https?://")
    """Where the registry is served, if not at https:// and its own name; http:// on loopback only."""
    ca_bundle: str | None = None
    """PEM file of the certificate authorities of a private registry, relative to promotion.toml."""
    username: str | None = None
    """For a registry that wants a login and is not Amazon ECR; may be `${NAME}`."""
    password: str | None = Field(default=None, pattern=_VARIABLE)
    """The password or token to it, as `${NAME}`: secrets are not written in promotion.toml."""
    token_host: str | None = Field(default=None, pattern=r"^[a-z0-9.-]+$")
    """The host at which the registry has one log in, if it is not in the registry's own domain."""
    aws: AwsAccess | None = None
    """The account of the repository in Amazon ECR, and of the KMS key that signs."""
    ecr_repository: str | None = None
    """Name of the repository in Amazon ECR, if `repository` does not tell it."""
    immutable_by: str | None = Field(default=None, min_length=1)
    """What keeps tags from being moved in a registry that is not Amazon ECR, in a sentence that the report shows."""
    max_megabytes: float = Field(default=500, gt=0)
    """The largest the image may be for any platform, compressed, in MB of 1 000 000 bytes."""
    signer: SignerSettings | None = None
    """Who must have signed it."""
    sbom: SbomSettings = SbomSettings()
    vulnerabilities: Vulnerabilities = Vulnerabilities()

    @property
    def ecr_name(self) -> str | None:
        """Name of the repository in Amazon ECR; None if the image is elsewhere."""
        from promotion.core.image_reference import Repository

        if self.ecr_repository is not None:
            return self.ecr_repository
        named = Repository.parse(self.repository)
        return named.name if named.is_ecr else None

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        if (self.username is None) != (self.password is None):
            raise ValueError("`username` and `password` must be given together")
        if self.ecr_name is not None and self.immutable_by is not None:
            raise ValueError("`immutable_by` is for registries other than Amazon ECR, whose API gives the answer")
        return self


class GitHub(Strict):
    """Where the image is built and the promotion runs."""

    repository: str = Field(pattern=r"^[\w.-]+/[\w.-]+$")
    """`owner/name`."""
    api_url: str = Field(default="https://api.github.com", pattern="^https?://")
    """Of GitHub Enterprise Server: `https://HOST/api/v3`."""
    web_url: str = Field(default="https://github.com", pattern="^https?://")
    """Where people find the repository, as provenance and labels name it."""
    ca_bundle: str | None = None
    """PEM file of the certificate authorities of a private GitHub, relative to promotion.toml."""
    token: str = Field(default="${GITHUB_TOKEN}", pattern=rf"^$|{_VARIABLE}")
    """The token to look with, as `${NAME}`, with read access to actions, contents, attestations; empty: as anybody."""
    build_workflow: str = Field(default="build.yml", pattern=r"^[\w.-]+\.ya?ml$")
    """File name of the workflow that builds the image."""
    protected_branch: str = Field(default="main", min_length=1)
    """The branch that promoted images are built on."""
    required_jobs: tuple[str, ...] = ()
    """Jobs that must have succeeded; every job of the run if empty."""
    allowed_events: tuple[str, ...] = ("push", "workflow_dispatch", "schedule")
    """What may have started the run. A pull request's code has not been reviewed."""
    provenance_signer: SignerSettings | None = None
    """Who attests where the image was built; the image's signer if empty."""
