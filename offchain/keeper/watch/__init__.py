"""What a keeper tells those who run it: a status, a page, metrics, alerts. Nothing here is secret, and nothing here sends."""
