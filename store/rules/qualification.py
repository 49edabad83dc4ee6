"""When an at bat is qualified: four answers, of which need is yes. Source: docs/model.md, "The path"."""

from __future__ import annotations

from dataclasses import dataclass

from store.errors import Refusal
from store.vocabulary import Answer

QUESTIONS = ("need", "budget", "authority", "timeline")

# What a "no" proposes as the reason for closing as a bad fit.
REASON_OF_NO = {"need": "no_need", "budget": "no_budget", "authority": "no_authority", "timeline": "timing"}


@dataclass(frozen=True, slots=True)
class Answers:
    """What is known of the four questions; None where nobody asked yet."""

    need: Answer | None = None
    budget: Answer | None = None
    authority: Answer | None = None
    timeline: Answer | None = None

    def missing(self) -> tuple[str, ...]:
        """The questions nobody asked yet."""
        return tuple(question for question in QUESTIONS if getattr(self, question) is None)

    def refused(self) -> str:
        """The first question answered with no, or ""."""
        return next((question for question in QUESTIONS if getattr(self, question) is Answer.NO), "")

    def qualified(self) -> bool:
        """Need is yes, none is no, and of the other three at most one is not known."""
        others = (self.budget, self.authority, self.timeline)
        return (
            not self.missing()
            and not self.refused()
            and self.need is Answer.YES
            and sum(answer is Answer.UNKNOWN for answer in others) <= 1
        )


def check(answers: Answers) -> None:
    """Raise Refusal, naming the question, when these answers do not qualify."""
    if missing := answers.missing():
        raise Refusal(f"Still to answer: {', '.join(missing)}.", missing[0])
    if refused := answers.refused():
        raise Refusal(f"{refused.capitalize()} is a no: close it as “connected, bad fit” instead.", refused)
    if answers.need is not Answer.YES:
        raise Refusal("Without a need it is not qualified: ask, or keep working it.", "need")
    if not answers.qualified():
        raise Refusal("Only one of budget, authority and timeline may be not known.", "timeline")


def against(answers: Answers) -> str:
    """What still stands between these answers and Qualified, in words; "" when nothing does."""
    if refused := answers.refused():
        return f"{refused} is a no"
    if missing := answers.missing():
        return f"still to ask: {', '.join(missing)}"
    if answers.need is not Answer.YES:
        return "without a need it is not qualified"
    return "" if answers.qualified() else "of budget, authority and timeline only one may be not known"
