"""Where the baseline is kept: how the service does when it does well."""

from typing import Self

from pydantic import Field, model_validator

from promotion.settings.strict import Strict


class BaselineSettings(Strict):
    """Where the records of `promotion baseline` are kept, one a line, each bound to the one before it."""

    file: str | None = Field(default=None, min_length=1)
    """A file of JSON lines, relative to promotion.toml."""
    s3: str | None = Field(default=None, pattern=r"^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/.+$")
    """An object of the same, `s3://bucket/key`, in prod's account."""
    parameter: str | None = Field(default=None, min_length=1, max_length=1011)
    """Name of a parameter of AWS Systems Manager in prod's account that holds where the newest record is, and its hash."""
    minutes: int = Field(default=20, ge=5, le=180)
    """How long a window is measured."""

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if self.file is not None and self.s3 is not None:
            raise ValueError("records are kept in one place: give either `file` or `s3`, not both")
        if self.parameter is not None and self.place is None:
            raise ValueError("`parameter` holds a pointer to the records: give `file` or `s3`, where they are kept")
        return self

    @property
    def place(self) -> str | None:
        """Where the records are, as people know it; None if nothing is declared."""
        return self.s3 or self.file
