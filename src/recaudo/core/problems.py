"""How the product says that something cannot be done: a code and the facts, never a sentence."""


def N_(text: str) -> str:
    """Mark ``text`` (Spanish) for the translation catalogue; gives it back untouched."""
    return text


class Problem(Exception):
    """A refusal or an error with a stable ``code`` (snake_case) and the facts behind it.

    The sentence a person reads is made at the edge, in their language, by ``recaudo.words``.
    ``str`` is for logs: the code, then ``name=value`` in the order the facts were given.
    """

    def __init__(self, code: str, /, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts

    def __str__(self) -> str:
        return " ".join([self.code, *(f"{name}={value!r}" for name, value in self.facts.items())])

    def __repr__(self) -> str:
        facts = "".join(f", {name}={value!r}" for name, value in self.facts.items())
        return f"{type(self).__name__}({self.code!r}{facts})"

    def __reduce__(self) -> tuple[object, ...]:
        """Problems travel between processes whole (pickle knows nothing of keywords)."""
        return (_rebuild, (type(self), self.code, self.facts))


def _rebuild(kind: type[Problem], code: str, facts: dict[str, object]) -> Problem:
    return kind(code, **facts)
