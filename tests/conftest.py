"""What all tests need."""

import signal

from hypothesis import HealthCheck, settings

# A run in a shell's background inherits an ignored SIGINT, and so would the programs that tests interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# A busy machine is no failure. A failing example is printed with the line that replays it.
settings.register_profile(
    "consort", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("consort")
