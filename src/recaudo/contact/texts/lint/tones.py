"""Does the template speak as sharply as the steps that send it? (S3-07)"""

from __future__ import annotations

from collections.abc import Iterable

from recaudo.contact.texts.lint.checks import Finding

#: A step that sends a template: its title and its tone.
StepTone = tuple[str, int]


def tone_findings(tone: int, steps: Iterable[StepTone]) -> list[Finding]:
    """One warning for each step whose tone is not the template's."""
    return [
        Finding("tone_differs", "warning", "tone", facts={"tone": tone, "step": step, "asks": asks})
        for step, asks in steps
        if asks != tone
    ]
