"""How long the embedded world may take: limits that are about the machine it runs on, and not about the service.

A laptop that runs other things beside, or a shared runner, may take seconds for an answer. The world's own durations, those
of its metrics and logs, come from what it plays and not from this machine.
"""

ANSWER_MS = 20_000
"""`max_ms` of every endpoint, in promotion.toml."""
STRICT_MS = 4_000
"""What a fault declares in its place where an endpoint is to be too slow; it then answers after TOO_LATE seconds."""
TOO_LATE = 4.2
CONNECT_SECONDS = 10
READ_SECONDS = 30
DEADLINE_SECONDS = 120
"""`[looking]`, in promotion.toml."""
STRICT_READ_SECONDS = 3
"""What a fault declares in place of READ_SECONDS where a place is to hang; it then answers after HANGS seconds."""
HANGS = 4
