"""Arrow's compute functions, given as `Any` here, once.

The module pyarrow makes them when it is loaded, so a type checker sees none.
"""

from __future__ import annotations

from typing import Any

import pyarrow.compute

compute: Any = pyarrow.compute
