"""The running process: what starts, what ticks, what is sent."""
