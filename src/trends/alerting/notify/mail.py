"""A transition as mail: text and HTML, one conversation per alert.

In: a delivery. Out: a mail with the same Message-ID at every try, so that a repetition is known.
Never sends; `trends.alerting.notify.smtp` does.
"""

from __future__ import annotations

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from trends.alerting.alert import Transition, delivery_id
from trends.alerting.notify.chart import WIDTH_PX, bars
from trends.alerting.notify.message import explained, subject
from trends.alerting.notify.notifier import Delivery, Link
from trends.alerting.notify.text import web_url
from trends.alerting.rules_notifiers import EmailConfig
from trends.http.text import clean

SUBJECT_MAX_CHARS: Final = 200


class MailWriter:
    """Mails of one notifier."""

    def __init__(self, name: str, config: EmailConfig) -> None:
        self._name = name
        self._config = config
        self._domain = domain_of(config.sender)
        environment = Environment(
            loader=PackageLoader("trends.alerting.notify"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._html = environment.get_template("alert.html.j2")

    def mail(self, delivery: Delivery, now: datetime) -> EmailMessage:
        """The mail that tells of ``delivery``."""
        transition = delivery.transition
        title = clean(subject(transition), SUBJECT_MAX_CHARS)
        # This policy refuses line ends in headers, which `clean` has taken out of every name.
        mail = EmailMessage(policy=SMTP)
        mail["Subject"] = title
        mail["From"] = _address(self._config.sender)
        mail["To"] = [_address(to) for to in self._config.to]
        mail["Date"] = format_datetime(now)
        mail["Message-ID"] = self._message_id(delivery.id)
        mail["X-Trends-Delivery"] = delivery.id
        mail["Auto-Submitted"] = "auto-generated"
        self._thread(mail, transition)
        links = [
            Link(clean(link.text), url) for link in delivery.links if (url := web_url(link.url))
        ]
        message = explained(transition)
        text = "\n".join([message.text, *(f"{link.text}: {link.url}" for link in links)])
        # Quoted-printable, because not every server takes eight bits.
        mail.set_content(text, cte="quoted-printable")
        html = self._html.render(
            title=title,
            message=message,
            bars=bars(transition.alert.spike),
            width=WIDTH_PX,
            links=links,
            alert=transition.alert,
        )
        mail.add_alternative(html, subtype="html", cte="quoted-printable")
        return mail

    def _thread(self, mail: EmailMessage, transition: Transition) -> None:
        """A reply to the mail before, in the conversation of the alert.

        The conversation has an id of its own, because the mail before may never have been sent.
        """
        alert = transition.alert
        references = [self._message_id(alert.id)]
        if alert.seq > 1:
            before = delivery_id(f"{alert.id}:{alert.seq - 1}", self._name)
            references.append(self._message_id(before))
        mail["In-Reply-To"] = references[-1]
        mail["References"] = " ".join(references)

    def _message_id(self, id_: str) -> str:
        return f"<{id_}@{self._domain}>"


def domain_of(address: str) -> str:
    """What stands behind the @ of a mail address."""
    return parseaddr(address)[1].rpartition("@")[2]


def _address(value: str) -> Address:
    name, spec = parseaddr(value)
    user, _, domain = spec.rpartition("@")
    return Address(name, user, domain)
