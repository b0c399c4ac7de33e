"""Slack comes in here: read the payload, ask or tell the desk, acknowledge."""
