"""Mail as it leaves the house: envelopes, the relay, and a local mailbox to look at."""
