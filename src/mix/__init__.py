"""MIX, the Municipal Innovation Exchange: software that cities and vendors use to buy what does not exist yet."""

import zoneinfo

# The pinned tzdata wheel is the one clock table: a system copy may be years old (docs/operations.md).
zoneinfo.reset_tzpath(())
