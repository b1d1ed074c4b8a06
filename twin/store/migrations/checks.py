"""Whether every change that a contract ever went through is one that lakes can follow."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from twin.contracts import TABLES, history
from twin.engine.earlier import DUCK

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from twin.contracts.history import Form
    from twin.store.migrations import Migration

Forms = dict[str, tuple["Form", ...]]


def with_today(forms: Mapping[str, tuple[Form, ...]]) -> Forms:
    """Return a history to which today's contracts are added where they are new."""
    found = dict(forms)
    for name, table in TABLES.items():
        before, now = found.get(name, ()), history.form_of(table)
        if not before or before[-1] != now:
            found[name] = (*before, now)
    return found


def faults(
    forms: Mapping[str, tuple[Form, ...]], migrations: Sequence[Migration]
) -> list[str]:
    """Return a sentence for each change in a history that rows of a lake cannot follow."""
    found = [
        f"The migration {each.name} is since {each.since}, which was never a form of"
        f" {each.table}."
        for each in migrations
        if each.since not in {form.hash for form in forms.get(each.table, ())}
    ]
    for table, states in forms.items():
        own = [each for each in migrations if each.table == table]
        for old, new in pairwise(states):
            found += _of_change(table, old, new, own)
        if table not in TABLES and states[-1].kind == "log":
            found.append(
                f"The log {table} is gone: its rows came from outside and are in lakes."
                " Bring the contract back; a log is never taken away."
            )
    return found


def _of_change(table: str, old: Form, new: Form, own: list[Migration]) -> list[str]:
    """Return what is wrong with one change; the migration that explains it leaves `own`."""
    said = history.against(table, old, new)
    if not said or old.kind == new.kind == "measure":
        return []  # a measure is worked out anew
    if old.kind != new.kind:
        return [f"{said[0].capitalize()}. Give the new table another name."]
    at = next((n for n, each in enumerate(own) if each.since == old.hash), None)
    if at is None:
        what = f"The contract of {table} changed and lakes cannot follow"
        fix = f"with the header line `-- since {old.hash}`"
        told = "; ".join(said)
        return [
            f"{what}: {told}. Write a migration, {fix} (docs/changing-a-contract.md)."
        ]
    migration = own[at]
    del own[: at + 1]
    return list(_of_columns(migration, old, new))


def _of_columns(migration: Migration, old: Form, new: Form) -> Iterable[str]:
    """Yield what a migration's columns lack of those of the form that it leads to."""
    told = {column.name: column.type for column in migration.sql.columns}
    before = {field.name for field in old.fields}
    for field in new.fields:
        kind = DUCK[new.schema.field(field.name).type]
        if field.name not in told:
            # What is new may be null; what was there would be lost.
            if field.name in before or not field.null:
                yield f"The migration {migration.name} answers no {field.name}."
        elif told.pop(field.name) != kind:
            yield f"The migration {migration.name}: {field.name} must be {kind}."
    for name in told:
        yield f"The migration {migration.name}: {migration.table} has no {name}."


def draft(table: str, old: Form) -> str:
    """Return the text to begin a migration with: whoever writes it fills in the gaps."""
    kept = {(field.name, field.type) for field in old.fields}
    columns = TABLES[table].columns
    header = [
        f"-- column {c.name} {DUCK[c.type]} {c.unit.replace(' ', '_') or '-'} {c.doc}"
        for c in columns
    ]
    chosen = [
        c.name if (c.name, str(c.type)) in kept else f"??? AS {c.name}" for c in columns
    ]
    return "\n".join(
        [
            f"-- NAME.sql: what becomes of the rows of {table}, in a sentence.",
            f"-- since {old.hash}",
            f"-- reads {table}",
            *header,
            f"-- rows one for each of {table}",
            "SELECT",
            ",\n".join(f"    {each}" for each in chosen),
            f"FROM {table}",
        ]
    )
