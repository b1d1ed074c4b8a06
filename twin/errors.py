"""One error that a tired operator can act on: what happened, why it matters, what to do."""

from __future__ import annotations


class TwinError(Exception):
    """Base of every error that a user may meet.

    Args:
        what: one sentence, what happened and where.
        why: one sentence, the cause or why it matters; may be empty.
        fix: one sentence, what to do next; may be empty.
    """

    status = 1
    """Exit status of the command line."""
    http = 500
    """Status of an HTTP answer."""

    def __init__(self, what: str, *, why: str = "", fix: str = "") -> None:
        super().__init__(what)
        self.what, self.why, self.fix = what, why, fix

    def lines(self) -> list[str]:
        """Return the sentences in reading order, at most three."""
        return [
            line
            for line in (self.what, self.why, self.fix and f"To fix: {self.fix}")
            if line
        ]

    def payload(self) -> dict[str, str]:
        """Return the one shape that errors have over HTTP."""
        return {
            "error": type(self).__name__,
            "what": self.what,
            "why": self.why,
            "fix": self.fix,
        }


class UsageError(TwinError):
    """The words of a command or a link were off."""

    status = 2
    http = 400


class LostError(UsageError):
    """What was asked for by name is not there."""

    http = 404


class ContractError(TwinError):
    """Rows or a file do not keep their contract as a whole.

    Single bad rows go to quarantine instead.
    """


class PackError(TwinError):
    """A city pack cannot be used."""


class LakeError(TwinError):
    """The lake cannot be read or written."""

    http = 503


class DamagedError(LakeError):
    """A file of the lake is missing or is not what was published."""


class GoneError(DamagedError):
    """There is no snapshot of that id, or not any more."""

    http = 404


class ForeignError(LakeError):
    """What was found belongs to another lake or city, or is of another kind."""


class BusyError(LakeError):
    """Somebody else holds what is needed: a second publisher, or a port."""


class FeedError(TwinError):
    """A feed cannot be read to its end."""


class QueryError(TwinError):
    """A named query was asked wrongly or could not be answered."""

    http = 400


class ExportError(TwinError):
    """A picture or a table could not be written whole."""


class MissingToolError(TwinError):
    """A program that this machine lacks is needed, such as a browser for pictures."""
