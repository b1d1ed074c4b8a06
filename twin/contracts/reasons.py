"""The kind of a refusal: its sentence without what differs from row to row."""

from __future__ import annotations

import re

__all__ = ["kind_of"]

# Stands where a value stood.
_GAP = "…"

# Characters of a value that was cut short with its closing quote, as earlier lakes hold it.
_CUT = 80

_QUOTED = re.compile(r"""'(?:[^'\\]|\\.)*'(?!\w)|"(?:[^"\\]|\\.)*"(?!\w)""", re.DOTALL)
_OPEN = re.compile(r"""(?<!\w)['"]""")
_GOES_ON = re.compile(r" (?:is|lies) ")
_CURLY = re.compile(r"“[^”]*”|「[^」]*」")
_RULE = re.compile(r"(?:the rule|set time_format =) '[^']*'")
_KEY = re.compile(r"(has the same [^:;]*: )(.*?)(?=;|\.?$)", re.DOTALL)
_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?(?:Z|[+-]\d\d:?\d\d)?"
)
_ORDER_NUMBER = re.compile(
    r"\b(?!u?int(?:8|16|32|64)\b|float(?:16|32|64)\b|utf8\b)"
    r"(?=\w*\d)(?=\w*[^\W\d_])[\w-]*\d\w*",
    re.ASCII,
)
_NUMBER = re.compile(
    r"(?<![\w.%])(?<!ISO )(?<!WGS"
    r" )[-+]?\d+(?:,\d{3})*(?:[-./:]\d+)*(?:[eE][-+]?\d+)?(?![\w%])"
)


def kind_of(reason: str) -> str:
    """Return the kind of `reason`: the sentence with "…" for each value that it gives.

    Values are what is quoted, keys, moments, order numbers and numbers. The words of a contract's
    rule stay, quoted as they are: they are what was broken. So does a setting that would help: it
    tells one kind from another. A kind's kind is itself.
    """
    text = " ".join(reason.replace("\0", " ").split())
    while (
        shorter := _without_values(text)
    ) != text:  # each value gone may bare another quote
        text = shorter
    return text


def _without_values(text: str) -> str:
    """Return `text` with a gap for each value that is seen at once."""
    rules: list[str] = []

    def put_by(found: re.Match[str]) -> str:
        rules.append(found.group())
        return f"\0{'r' * len(rules)}\0"  # no digit: it is to outlive what follows

    text = _without_quoted(_RULE.sub(put_by, text))
    text = _KEY.sub(rf"\g<1>{_GAP}", text)
    for pattern in (_MOMENT, _ORDER_NUMBER, _NUMBER):
        text = pattern.sub(_GAP, text)
    for nth, words in enumerate(rules, start=1):
        text = text.replace(f"\0{'r' * nth}\0", words)
    return text


def _without_quoted(text: str) -> str:
    """Return `text` with a gap for each quoted value.

    One whose closing quote was cut off ends after 80 characters, where the sentence goes on.
    """
    made, at = "", 0
    while begun := _OPEN.search(text, at):
        whole = _QUOTED.match(text, begun.start())
        cut_at = begun.start() + _CUT
        is_cut = (whole is None or whole.end() > cut_at) and _GOES_ON.match(
            text, cut_at
        )
        if whole is None and not is_cut:
            made, at = made + text[at : begun.end()], begun.end()
            continue
        made += text[at : begun.start()] + _GAP
        at = cut_at if is_cut or whole is None else whole.end()
    return _CURLY.sub(_GAP, made + text[at:])
