"""A verb's refusal stands beside the field it is about, or at the top of the form."""

from django import forms


class RefusingForm(forms.Form):
    FIELD_OF_CODE = {}  # code of a refusal → the field beside which its sentence stands

    def refuse(self, refusal):
        field = self.FIELD_OF_CODE.get(refusal.code)
        self.add_error(field if field in self.fields else None, refusal.message)
