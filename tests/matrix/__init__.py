"""Real SDKs against the stand-in provider: what arrives, and which spans tell of it."""
