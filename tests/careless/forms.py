"""A form that takes in files as they come."""

from django import forms


class RawUpload(forms.Form):
    scan = forms.FileField()
