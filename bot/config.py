"""Settings, read once from the environment and a `.env` file, frozen ever after."""

from __future__ import annotations

from email.utils import getaddresses
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from mail.identity import MailIdentity
from mail.smtp_url import SmtpServer
from mail.ways import Strangers
from storage.engine import database_url


class SettingsFault(Exception):
    """Settings that do not let the bot start: one line each, with what to do."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


class Settings(BaseSettings):
    """Everything that can be set. The table in docs/operating.md is made from these fields."""

    model_config = SettingsConfigDict(
        env_file=".env", frozen=True, extra="ignore", env_ignore_empty=True
    )

    slack_bot_token: SecretStr = Field(
        alias="SLACK_BOT_TOKEN", description="Bot token of your Slack app (begins with `xoxb-`)."
    )
    slack_app_token: SecretStr | None = Field(
        None,
        alias="SLACK_APP_TOKEN",
        description="App-level token with `connections:write` (begins with `xapp-`): Socket Mode.",
    )
    slack_signing_secret: SecretStr | None = Field(
        None,
        alias="SLACK_SIGNING_SECRET",
        description="Signing secret of your Slack app: HTTP mode, when there is no app token."
        " While you replace it, the old one after a comma.",
    )
    slack_api_url: str = Field(
        "https://slack.com/api/", alias="SLACK_API_URL", description="Where Slack's Web API is."
    )
    database: SecretStr = Field(
        SecretStr("sqlite:///var/frontdesk.db"),
        alias="DATABASE_URL",
        description="`sqlite:///path` or `postgresql://user:password@host/name`.",
    )
    smtp_url: SecretStr = Field(
        SecretStr("smtp://localhost:25"),
        alias="SMTP_URL",
        description="The server that takes our mail: `smtp://user:password@host:587?starttls=required`"
        " or `smtps://…:465`. Percent-encode what is special in user and password.",
    )
    mail_from: str = Field(
        "Frontdesk <support@localhost>",
        alias="MAIL_FROM",
        description="The desk's name and address: `Support <support@example.org>`.",
    )
    mail_listen: str = Field(
        "",
        alias="FRONTDESK_MAIL_LISTEN",
        description="Where mail comes in: `lmtp://127.0.0.1:2424` or `smtp://127.0.0.1:2526`."
        " Empty: nowhere but by mailboxes of the desk file; without any, mails say how to answer"
        " instead. `lmtps://` and `smtps://` are encrypted from the start, `?starttls=required`"
        " takes nothing in the clear.",
    )
    mail_strangers: Strangers = Field(
        Strangers.REFUSE,
        alias="FRONTDESK_MAIL_STRANGERS",
        description="What becomes of mail that comes in there from somebody the desk does not know:"
        " `accept`, `hold` until somebody decides in Slack, or `refuse`.",
    )
    mail_certificate: Path | None = Field(
        None,
        alias="FRONTDESK_MAIL_TLS_CERT",
        description="Certificate of the door for mail, with its chain, in PEM. With one, encryption"
        " is offered (STARTTLS).",
    )
    mail_certificate_key: Path | None = Field(
        None,
        alias="FRONTDESK_MAIL_TLS_KEY",
        description="Its private key, if it is not in the same file.",
    )
    mail_keep_days: int = Field(
        30,
        alias="FRONTDESK_MAIL_KEEP_DAYS",
        ge=0,
        le=36_500,
        description="How many days a mail is kept as it came, after it was worked on.",
    )
    mail_secret: SecretStr | None = Field(
        None,
        alias="FRONTDESK_MAIL_SECRET",
        description="Signs reply addresses. Empty: one is made and kept in the state folder."
        " Several processes need the same. While you replace it, the old one after a comma.",
    )
    mail_max_bytes: int = Field(
        25_000_000,
        alias="FRONTDESK_MAIL_MAX_BYTES",
        gt=10_000,
        description="Largest mail taken in, in bytes.",
    )
    bounce_address: str = Field(
        "",
        alias="FRONTDESK_BOUNCE_ADDRESS",
        description="Where undelivered mails come back to: `bounces@example.org`. Each mail gets an"
        " address of its own, `bounces+b.…@example.org`. Empty: they come back to `MAIL_FROM`.",
    )
    dkim_key: Path | None = Field(
        None,
        alias="FRONTDESK_DKIM_KEY",
        description="RSA key in PEM that signs our mails (DKIM). Empty: your mail server does that,"
        " or nobody.",
    )
    dkim_selector: str = Field(
        "frontdesk",
        alias="FRONTDESK_DKIM_SELECTOR",
        description="Its selector: the public key is at `<selector>._domainkey.<domain>`.",
    )
    dkim_domain: str = Field(
        "", alias="FRONTDESK_DKIM_DOMAIN", description="Its domain. Empty: that of `MAIL_FROM`."
    )
    templates: Path | None = Field(
        None,
        alias="FRONTDESK_TEMPLATES",
        description="Folder of your own mail templates, see docs/mail.md. Empty: ours.",
    )
    authserv_id: str = Field(
        "",
        alias="FRONTDESK_AUTHSERV_ID",
        description="Names under which your own mail servers write Authentication-Results, after a"
        " comma each; `none` for Microsoft 365, which writes no name. Mail that they do not vouch"
        " for is flagged. Your servers must remove results that come with a mail.",
    )
    acknowledgements_per_domain: int = Field(
        30,
        alias="FRONTDESK_ACKNOWLEDGEMENTS_PER_DOMAIN",
        ge=0,
        description="The most acknowledgements an hour to addresses of one domain.",
    )
    mails_per_sender: int = Field(
        30,
        alias="FRONTDESK_MAILS_PER_SENDER",
        ge=1,
        description="Requests by mail that one sender may make in an hour, and mails that go into"
        " one ticket. Further ones are held.",
    )
    reopen_days: int = Field(
        7,
        alias="FRONTDESK_REOPEN_DAYS",
        ge=0,
        description="Days after solving or closing in which an answer by mail opens a ticket again."
        " A later one opens a new ticket that follows the old one.",
    )
    desk_file: Path = Field(
        Path("desk.yml"),
        alias="FRONTDESK_DESK",
        description="Teams, catalogue and resolution codes.",
    )
    state_folder: Path = Field(
        Path("var"), alias="FRONTDESK_STATE", description="Folder for what the bot keeps by itself."
    )
    files: SecretStr = Field(
        SecretStr(""),
        alias="FRONTDESK_FILES",
        description="Where files of tickets are kept: a folder, or `s3://bucket/prefix` with the"
        " extra `frontdesk[s3]`. Empty: `files` in the state folder. Several processes need the"
        " same.",
    )
    file_max_bytes: int = Field(
        100_000_000,
        alias="FRONTDESK_FILE_MAX_BYTES",
        gt=10_000,
        description="Largest file taken from Slack, in bytes.",
    )
    shared_max_bytes: int = Field(
        10_000_000,
        alias="FRONTDESK_SHARED_MAX_BYTES",
        gt=10_000,
        description="Files that one reply may take along, in bytes together. Many mail servers take"
        " no more than this.",
    )
    undo_seconds: int = Field(
        20,
        alias="FRONTDESK_UNDO_SECONDS",
        ge=0,
        le=600,
        description="How long a public reply can be taken back before it is mailed.",
    )
    http_host: str = Field(
        "127.0.0.1", alias="FRONTDESK_HTTP_HOST", description="Address of the web server."
    )
    http_port: int = Field(
        3000,
        alias="FRONTDESK_HTTP_PORT",
        ge=0,
        le=65535,
        description="Port of the web server: health pages, and Slack in HTTP mode. 0: no server"
        " in Socket Mode.",
    )
    log_format: Literal["text", "json"] = Field(
        "text", alias="FRONTDESK_LOG_FORMAT", description="`text` for people, `json` for machines."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", alias="FRONTDESK_LOG_LEVEL", description="The least important thing logged."
    )

    @property
    def socket_mode(self) -> bool:
        return self.slack_app_token is not None

    @property
    def database_url(self) -> str:
        """The plain text of `database`, for who connects."""
        return self.database.get_secret_value()

    @property
    def files_url(self) -> str:
        """Where the store of files is."""
        return self.files.get_secret_value() or str(self.state_folder / "files")

    @property
    def signing_secrets(self) -> tuple[str, ...]:
        """What Slack may sign with, the newest first."""
        return in_turn(self.slack_signing_secret)

    @field_validator("slack_bot_token")
    @classmethod
    def _bot_token(cls, value: SecretStr) -> SecretStr:
        return _begins(value, "xoxb-", "Copy the Bot User OAuth Token of your app's Install page")

    @field_validator("slack_app_token")
    @classmethod
    def _app_token(cls, value: SecretStr | None) -> SecretStr | None:
        return value and _begins(
            value, "xapp-", "Make an app-level token with connections:write in Basic Information"
        )

    @field_validator("slack_api_url")
    @classmethod
    def _api_url(cls, value: str) -> str:
        if urlsplit(value).scheme not in ("http", "https"):
            raise ValueError("must begin with https://")
        return value.rstrip("/") + "/"

    @field_validator("database")
    @classmethod
    def _database(cls, value: SecretStr) -> SecretStr:
        url = value.get_secret_value()
        if not url.startswith(
            ("sqlite:///", "postgresql://", "postgresql+psycopg://", "postgres://")
        ):
            raise ValueError("must begin with sqlite:/// or postgresql://")
        try:
            database_url(url)
        except ValueError:
            raise ValueError(
                "cannot be read. It looks like postgresql://user:password@host:5432/name; what is"
                " special in user and password is percent-encoded"
            ) from None
        return value

    @field_validator("smtp_url")
    @classmethod
    def _smtp(cls, value: SecretStr) -> SecretStr:
        SmtpServer.read(value.get_secret_value())
        return value

    @field_validator("slack_signing_secret", "mail_secret")
    @classmethod
    def _in_turn(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not in_turn(value):
            raise ValueError("is empty but for blanks and commas")
        return value and SecretStr(",".join(in_turn(value)))

    @field_validator("mail_from")
    @classmethod
    def _from(cls, value: str) -> str:
        found = [address for _, address in getaddresses([value])]
        if len(found) != 1 or not found[0].isprintable() or " " in found[0] or "\n" in value:
            raise ValueError("must be one address: Support <support@example.org>")
        MailIdentity(value, "only to see whether it will do")
        return value

    @field_validator("bounce_address")
    @classmethod
    def _bounces(cls, value: str) -> str:
        MailIdentity("a@b.example", "only to see whether it will do", bounces=value)
        return value

    @field_validator("templates")
    @classmethod
    def _templates(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_dir():
            raise ValueError(f"{value} is no folder. Make one: frontdesk mail templates --copy")
        return value

    @model_validator(mode="after")
    def _encrypted(self) -> Settings:
        where = urlsplit(self.mail_listen)
        if (where.scheme.endswith("s") or where.query) and self.mail_certificate is None:
            raise ValueError("FRONTDESK_MAIL_TLS_CERT is missing: FRONTDESK_MAIL_LISTEN needs it")
        return self

    @field_validator("mail_listen")
    @classmethod
    def _listen(cls, value: str) -> str:
        if value and (
            urlsplit(value).scheme not in ("lmtp", "smtp", "lmtps", "smtps") or not _port(value)
        ):
            raise ValueError("must look like lmtp://127.0.0.1:2424")
        if urlsplit(value).query not in ("", "starttls=required"):
            raise ValueError("takes nothing behind the question mark but starttls=required")
        return value


class _WaysIn(BaseSettings):
    """How Slack may reach us; looked at apart, so that its fault is told with the others."""

    model_config = Settings.model_config

    slack_app_token: str | None = Field(None, alias="SLACK_APP_TOKEN", repr=False)
    slack_signing_secret: str | None = Field(None, alias="SLACK_SIGNING_SECRET", repr=False)


def read_settings(**overrides: object) -> Settings:
    """Raises SettingsFault with one line per fault. Secret values never appear in them."""
    lines: list[str] = []
    try:
        settings = Settings(**overrides)  # type: ignore[arg-type]
    except UnicodeDecodeError:
        raise SettingsFault([".env is not UTF-8: save it as such."]) from None
    except OSError as fault:
        file = fault.filename or ".env"
        raise SettingsFault([f"{file}: {fault.strerror}. May this user read it?"]) from None
    except ValidationError as invalid:
        lines += [_line(dict(error)) for error in invalid.errors(include_input=False)]
    ways = _WaysIn(**overrides)  # type: ignore[arg-type]
    if not ways.slack_app_token and not ways.slack_signing_secret:
        lines.append(NO_WAY_IN)
    if lines:
        raise SettingsFault(lines)
    return settings


NO_WAY_IN = (
    "SLACK_APP_TOKEN is missing (or SLACK_SIGNING_SECRET for HTTP mode): make an app-level token"
    " with connections:write in your app's Basic Information."
)


def _line(error: dict[str, object]) -> str:
    location = error.get("loc") or ()
    assert isinstance(location, tuple)
    name = str(location[0]) if location else "Settings"
    if error.get("type") == "missing":
        field = next((f for f in Settings.model_fields.values() if f.alias == name), None)
        return f"{name} is missing: {field.description if field else ''}"
    return f"{name}: {str(error.get('msg')).removeprefix('Value error, ')}."


def in_turn(value: SecretStr | None) -> tuple[str, ...]:
    """A secret, and after commas those that it replaces."""
    parts = value.get_secret_value().split(",") if value else ()
    return tuple(part.strip() for part in parts if part.strip())


def _begins(value: SecretStr, start: str, advice: str) -> SecretStr:
    token = value.get_secret_value().strip()  # copied with a blank, or from a file with a last line
    if not token.startswith(start):
        raise ValueError(f"does not begin with {start}. {advice}")
    return SecretStr(token)


def _port(url: str) -> int | None:
    try:
        return urlsplit(url).port
    except ValueError:
        return None
