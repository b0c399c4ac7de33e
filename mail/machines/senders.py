"""Addresses and names behind which there is nobody."""

from __future__ import annotations

import re

# Notices of programs, by the address they come from.
NOTIFIERS = re.compile(
    r"(?:no|do-?not|not|ne-?pas)[._-]?(?:reply|respond|repondre|response|answer)|noreply.*|"
    r"no[._-]reply.*|donotreply.*|ne[._-]?pas[._-]?repondre|nichtantworten|keine[._-]?antwort|"
    r"noresponder|no[._-]responder|nao[._-]?responda|non[._-]?rispondere|"
    r".+[._+-]no-?reply|.+[._-]donotreply|unattended|"
    r"notifications?|notify|notifier|notices?|alerts?|alerting|alarms?|newsletters?|news-?letter|"
    r"mailer|auto-?mailer|automailer|robot|bot|cron|crond|nagios|icinga|zabbix|prometheus|"
    r"alertmanager|grafana|munin|monit|monitoring|logwatch|logcheck|jenkins|sentry|builds?|"
    r"auto-?repl(?:y|ies)|auto-?respon(?:der|se)|auto-?confirm|vacation|"
    r"listserv|majordomo|mailman|sympa|listmaster|list-?manager|ezmlm|lyris"
)
DAEMONS = re.compile(
    r"mailer[._-]?daemon|maildaemon|mail[._-]daemon|mdaemon|mail[._-]?delivery(?:[._-]?\w+)?|"
    r"microsoftexchange[0-9a-f]{6,}|mailsystem|mail[._-]?system|mailerdaemon|uucp|smtp-?daemon|"
    r"bounce[._-]?(?:daemon|handler|notification|notice)s?"
)
DAEMON_NAMES = re.compile(
    r"^\W*(?:internet |e-?)?(?:mail(?:er)?[- ](?:delivery|daemon|deliver|router)\b|"
    r"mail delivery|mailer-daemon|mail system\b|mail server$|delivery (?:sub)?system|"
    r"microsoft outlook\W*$|mail transfer agent|mta\b.*(?:daemon|delivery)|"
    r"bounce (?:notification|handler))"
)
# Behind these there may be somebody: what they say decides.
POSTMASTERS = re.compile(r"post-?master|mail-?master|abuse|bounces?|root")
POSTMASTER_NAMES = re.compile(
    r"^\W*(?:postmaster\b|mail administrator|system ?administrator|administrateur systeme|"
    r"amministratore di sistema|administrador del sistema|systeembeheerder)"
)
