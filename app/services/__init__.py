"""Use cases: functions over rows and plain values. They never commit nor read the request."""
