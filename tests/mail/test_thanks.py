"""A bare thank-you is known in many languages, and nothing else is taken for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.thanks import is_thanks

THANKS = """
Thanks!
Thank you very much.
Thanks, it works now!
thx
Perfect, thank you for your quick help.
Hi Pierre, thanks a lot!
Thanks Pierre
OK thanks
Thanks 👍
Thanks everyone
Merci beaucoup !
Merci, ça marche.
Parfait merci
Merci à vous
Mille mercis
Merci Pierre, bonne journée
Je vous remercie
Danke schön
Vielen Dank für Ihre Hilfe
Gracias!
Muchas gracias
Grazie mille
Obrigado
Bedankt
Tack så mycket
Mange tak
Kiitos
Dziękuję bardzo
Děkuji
Teşekkürler
Спасибо большое
Дякую
תודה רבה
شكراً
谢谢
ありがとうございます
감사합니다
""".strip().splitlines()
NAMES = ("Pierre Durand", "Paul Smith")  # who is thanked, and who thanks
SIGNED = [
    "Thanks, it works now!\nPaul",
    "Merci pour votre aide\nCordialement\nPaul Smith",
    "Bonjour Pierre,\nmerci bien.\nBonne journée",
    "Hello,\n\nthank you!\n\nBest regards\nP. Smith",
]
NOT_ONLY_THANKS = """
Thanks, but it still jams
Thank you. Can you also reset my password?
Merci mais ça ne marche pas
Thanks in advance for resetting my password
Merci d'avance
Merci de rappeler Mme Curie
Merci de me répondre
Danke, aber es geht nicht
Danke im Voraus
Gracias, pero todavía no funciona
Thanks, the code is 4711
Thank you, please close
Thanks. Restart
Thanks for nothing it is broken
The printer jams again, thanks
It works
ok
Please thanks
Thanks, I will try it tomorrow and tell you whether the printer on the third floor works
谢谢，但是不行
""".strip().splitlines()


@pytest.mark.parametrize("words", [*THANKS, *SIGNED])
def test_thanks_are_known(words: str) -> None:
    assert is_thanks(words, NAMES)


@pytest.mark.parametrize("words", [*NOT_ONLY_THANKS, "", " \n", "Paul"])
def test_what_says_anything_more_is_an_answer(words: str) -> None:
    assert not is_thanks(words, NAMES)


@given(st.sampled_from(THANKS), st.text(max_size=40))
def test_a_question_is_never_overlooked(thanks: str, more: str) -> None:
    assert not is_thanks(f"{thanks} {more}?")


@given(st.text(max_size=1_000))
def test_whatever_is_written_is_judged(words: str) -> None:
    assert is_thanks(words) in (True, False)
