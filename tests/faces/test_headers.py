"""The content security policy says only what a browser understands."""

from __future__ import annotations

from twin.faces.server.headers import policy

# Directives of the W3C's Content Security Policy Level 3 that are of use here. A browser
# passes over one that it does not know, and then forbids nothing by it.
KNOWN = {
    "default-src",
    "script-src",
    "style-src",
    "img-src",
    "font-src",
    "connect-src",
    "worker-src",
    "object-src",
    "base-uri",
    "form-action",
    "frame-ancestors",
}


def test_every_directive_of_the_policy_is_one_that_browsers_know():
    said = [part.split(" ", 1)[0] for part in policy(["sha256-x"]).split("; ")]
    assert set(said) == KNOWN
    assert len(said) == len(KNOWN)


def test_a_form_may_be_sent_to_this_host_only():
    assert "form-action 'self'" in policy([]).split("; ")
