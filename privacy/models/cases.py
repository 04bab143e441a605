"""The base of cases: what a person asks for and somebody must answer once, before a deadline."""

from django.db import models
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from privacy import deadlines, declarations
from privacy.models.subjects import actor_field
from privacy.scope import Role, ScopedQuerySet


class CaseQuerySet(ScopedQuerySet):
    def waiting(self):
        """Return the queue, most urgent first: overdue cases come on top."""
        return self.filter(status=self.model.Status.WAITING).order_by(*self.model.QUEUE_ORDER)

    def end(self, now):
        """Settle every open case, as an erasure does."""
        self.filter(status__in=self.model.OPEN).update(status=self.model.ENDED_STATUS, settled_at=now)

    def with_ended_on(self):
        return self.annotate(ended_on=TruncDate("settled_at"))


class Case(models.Model):
    """A numbered case: received, due, settled once, and told to the person.

    The concrete model declares whom it is about and who answers (`class Privacy`), and has a `status` whose choices
    include WAITING. `privacy.cases` holds what its verbs have in common.
    """

    OPEN = ("waiting",)  # the statuses in which it is not settled yet
    ENDED_STATUS = "withdrawn"  # the status of a case that ends without an answer
    QUEUE_ORDER = ("due_at", "pk")  # the order in which cases wait
    MAIL = "request_answered"  # the template of the mail that tells the person of the answer
    PAGE = ""  # the URL name of the person's own page of the case, or PageFor
    ANSWERED = _("This request is already answered. You need not answer it again.")
    NOT_HOLDER = _("Only the person concerned can cancel this request.")
    NOT_STAFF = _("Only staff of the management that keeps this record can do this.")

    sealed_state = ("number", "status", "received_at", "due_at", "settled_at", "settled_by")

    number = models.CharField(_("number"), max_length=20, unique=True)
    received_at = models.DateTimeField(_("received at"), default=timezone.now)
    due_at = models.DateTimeField(_("deadline"), default=deadlines.due)
    settled_at = models.DateTimeField(_("answered at"), null=True)
    settled_by = actor_field(_("answered by"), null=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["-received_at", "-pk"]

    def __str__(self):
        return self.number

    @property
    def is_waiting(self):
        return self.status == self.Status.WAITING

    @property
    def is_open(self):
        return self.status in self.OPEN

    @property
    def data_subject(self):
        """The subject whom the case is about."""
        return getattr(self, declarations.of(type(self)).subject)

    @property
    def page_args(self):
        """The arguments of PAGE."""
        return [self.number]

    def is_own(self, user):
        return self.data_subject.holder_id == user.pk

    def is_answered_by(self, user):
        """Return whether this account works for the company that answers."""
        return type(self).objects.visible_to(user, role=Role.STAFF).filter(pk=self.pk).exists()
