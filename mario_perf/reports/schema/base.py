"""What everything in the report's document has in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Document(BaseModel):
    """Frozen, and read from the analysis' types. Unknown keys are those of a later version, and no error."""

    model_config = ConfigDict(frozen=True, from_attributes=True)
