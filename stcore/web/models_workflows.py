"""The bodies of requests about workflows."""

from __future__ import annotations

from pydantic import Field

from stcore.images.workflows import LARGEST
from stcore.web.models import Body

Name = Field(min_length=1, max_length=300)
Text = Field(max_length=LARGEST)


class NewWorkflow(Body):
    """It begins with ``text``, or as a copy of another workflow, or empty."""

    name: str = Name
    text: str = Field(default="", max_length=LARGEST)
    copy_of: str | None = None


class WorkflowText(Body):
    text: str = Text


class WorkflowName(Body):
    name: str = Name
