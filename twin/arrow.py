"""Arrow's compute functions.

Pyarrow makes them when it is loaded, so a type checker sees none: they are given as `Any`
here, once.
"""

from __future__ import annotations

from typing import Any

import pyarrow.compute

compute: Any = pyarrow.compute
