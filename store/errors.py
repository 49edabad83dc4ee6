"""What the store says when it will not do something: one sentence a person can act on."""

from __future__ import annotations


class StoreError(Exception):
    """The database or the rules file cannot be used; the message says what to do."""


class Refusal(Exception):
    """An operation was refused; nothing was written.

    ``sentence`` says why and what to do instead; ``field`` names the input it is about, where there is one.
    """

    def __init__(self, sentence: str, field: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field


class Conflict(Refusal):
    """Somebody else changed the same thing first; the sentence says who, what and when.

    ``version`` is the at bat's version now: submitting again with it means "I have seen that".
    """

    def __init__(self, sentence: str, field: str | None = None, *, version: int | None = None) -> None:
        super().__init__(sentence, field)
        self.version = version
