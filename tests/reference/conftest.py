"""Settings of the property tests here."""

from hypothesis import settings

# A loaded machine must not fail a test for being slow once.
settings.register_profile("consort", deadline=None)
settings.load_profile("consort")
