"""Numbers of requests and permissions, which a line break would tear at their dashes."""

from django import template
from django.utils.html import format_html

register = template.Library()


@register.filter
def unbroken(number):
    return format_html('<span class="text-nowrap">{}</span>', number)
