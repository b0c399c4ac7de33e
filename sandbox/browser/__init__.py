"""The browser's door: pages, JSON for them, and the live channel."""
