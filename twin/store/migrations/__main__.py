"""`make contracts`: write down the contracts as they are, or say which migration is missing."""

from __future__ import annotations

import sys

from twin.contracts import TABLES, history
from twin.store.migrations import FOLDER, migrations
from twin.store.migrations.checks import draft, faults, with_today


def main() -> int:
    """Return the exit status: 1 if lakes cannot follow a change, and nothing was written."""
    before = history.read()
    after = with_today(before)
    if found := faults(after, migrations()):
        lines = list(found)
        for table in sorted(before.keys() & TABLES.keys()):
            if any(each.startswith(f"The contract of {table} ") for each in found):
                lines += ["", f"{FOLDER}/YYYY-MM-DD-NAME.sql may begin with:", ""]
                lines.append(draft(table, before[table][-1]))
        sys.stderr.write("\n".join(lines) + "\n")
        return 1
    if after == before:
        sys.stdout.write("The history has the contracts as they are.\n")
        return 0
    history.write(after)
    changed = [name for name in after if after[name] != before.get(name)]
    sys.stdout.write(f"Added to {history.FILE.name}: {', '.join(sorted(changed))}.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
