"""A picture of the page as the wall's first scene shows it, and panels by their name."""

from dataclasses import replace

from twin.faces.picture import Picture, Shown


def walled(shown: Picture) -> Picture:
    """The same picture on a wall."""
    scene = next(page for page in shown.city.pages if page.kind == "scene")
    return replace(shown, page=scene)


def panel_of(shown: Picture, name: str) -> Shown:
    """The panel of a picture that pages call `name`."""
    return next(each for each in shown.shown if each.full_name == name)
