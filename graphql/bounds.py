"""How large a request may be, in numbers; ``limits`` measures documents by them."""

LARGEST_BODY = 1_000_000
"""Bytes of one request, or of one message on a WebSocket."""

MAX_TOKENS = 2_000
MAX_DEPTH = 12
MAX_FIELDS = 2_000
MAX_ALIASES = 30
MAX_DIRECTIVES = 30
MAX_ROOT_FIELDS = 50
MAX_MUTATIONS = 4

MAX_COST = 50_000
"""Objects of one answer, at most: 100 items with all that lies below them."""

MAX_OPERATIONS = 100
"""Operations that run at the same time on one WebSocket."""

LONGEST_KEPT = 20_000
"""Characters of a document that is kept together with what was found out about it."""

MOST_KEPT = 256
"""Documents that a server keeps so."""
