"""A real Postfix and a real Dovecot, on ports of their own, with a configuration of their own."""
