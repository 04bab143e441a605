"""Filters for reference numbers, which browsers would otherwise break at their dashes."""

import re

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import mark_safe

register = template.Library()
NUMBER = re.compile(r"\b[A-Z]{2}-\d{4}-\d+\b")


@register.filter
def unbroken(number):
    return format_html('<span class="text-nowrap">{}</span>', number)


@register.filter
def unbroken_in(sentence):
    """Do the same for each number in a title or a sentence."""
    return mark_safe(NUMBER.sub(lambda found: unbroken(found.group()), conditional_escape(sentence)))  # noqa: S308 - escaped
