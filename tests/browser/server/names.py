from __future__ import annotations

# As long as somebody who tests the width of a phone may choose.
LONG_NAME = "a-name-that-is-longer-than-any-phone-is-wide-because-nobody-forbids-it"
LONG_TITLE = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen, twice, and a harbour"
