"""Machines that write mail: who they are, what they want, and how not to answer them."""
