"""The help desk itself: its rules, and nothing of Slack, SQL, mail or the clock."""
