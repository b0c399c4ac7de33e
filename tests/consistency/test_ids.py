"""Whatever Slack can send back has a handler, and no handler waits for what nobody builds."""

from __future__ import annotations

from blocks.ids import RETIRED, Action, Command, Field, Form, Shortcut
from handlers import moves, router
from tests.consistency.built import everything


def test_each_button_and_menu_has_a_handler_and_the_reverse():
    assert everything().actions == set(router.ACTIONS)


def test_each_line_of_an_overflow_menu_has_a_handler():
    assert everything().overflow <= set(moves.MENU)


def test_each_type_ahead_has_a_handler_and_the_reverse():
    assert everything().options == set(router.OPTIONS)


def test_each_form_that_can_be_sent_has_a_handler_and_the_reverse():
    assert everything().sent == set(router.FORMS)


def test_no_id_is_left_that_nobody_builds():
    built = everything()

    assert built.actions | built.inputs == set(Action)
    assert built.views == set(Form)
    assert built.fields == set(Field)


def test_each_command_and_shortcut_has_a_handler_and_the_reverse():
    assert set(router.COMMANDS) == set(Command)
    assert set(router.SHORTCUTS) == set(Shortcut)


def test_a_retired_id_is_no_longer_built_or_handled():
    assert RETIRED.isdisjoint(set(Action) | set(router.ACTIONS))
