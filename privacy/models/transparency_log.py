"""The transparency log: a Merkle tree over all evidence, in the order of the checkpoints (RFC 9162)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class LogLeaf(models.Model):
    """One row of evidence in the tree. Leaves are never deleted; the row may be, and then proofs of others go on.

    The hash covers a nonce and the row. Erasure destroys the nonce: the hash then means nothing, and a right guess of
    the row cannot be confirmed any more.
    """

    index = models.PositiveBigIntegerField(_("place in the log"), primary_key=True)
    model = models.CharField(_("kind of data"), max_length=60)  # a model's label
    row = models.UUIDField(_("row"), unique=True)
    nonce = models.BinaryField(_("nonce"), max_length=16)
    hash = models.BinaryField(_("check code"), max_length=32)

    class Meta:
        verbose_name = _("leaf of the log")
        verbose_name_plural = _("leaves of the log")

    def __str__(self):
        return f"#{self.index}"


class LogNode(models.Model):
    """The root of a complete subtree of 256 to the power of `level` leaves, so that proofs need few rows."""

    level = models.PositiveSmallIntegerField(_("level"))
    index = models.PositiveBigIntegerField(_("place in its level"))
    hash = models.BinaryField(_("check code"), max_length=32)

    class Meta:
        verbose_name = _("node of the log")
        verbose_name_plural = _("nodes of the log")
        constraints = [models.UniqueConstraint(fields=["level", "index"], name="privacy_log_node_once")]

    def __str__(self):
        return f"{self.level}/{self.index}"
