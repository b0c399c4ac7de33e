"""A believable local Slack and its mailboxes, for demos and journeys."""

from sandbox.delivery import DeliveryError
from sandbox.inputs import NotOnScreen
from sandbox.mailboxes import MailRefused
from sandbox.person import Person
from sandbox.server import Sandbox

__all__ = ["DeliveryError", "MailRefused", "NotOnScreen", "Person", "Sandbox"]
