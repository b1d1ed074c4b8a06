"""When a service clock is amber and red, and of how few cases a curve says nothing.

The targets themselves are the pack's (`sla_targets`); shares of them and what belongs to no
target stand here and nowhere else: layers, alerts and faces ask for them. All are assumed, after
one published case (90 s and 120 s to respond, 15 minutes to the site, 24 and 30 minutes to
close), and no rule of any city.
"""

from __future__ import annotations

# Share of its target, percent, from which a clock is amber; from 100 on it is red, and the
# event is due to be handed to the next level.
AMBER_PCT = 80
RED_PCT = 100

# A unit should be on site by then, s after the order was opened.
ARRIVAL_S = 900

# A target that is not further ahead than this is near, s.
SOON_S = 600

# A curve over fewer cases than this is not drawn: its interval would be most of the picture.
LEAST_OF_CURVE = 20
