"""A form that shows the refusal of a verb beside the field it is about, or at the top."""

from django import forms


class RefusingForm(forms.Form):
    FIELD_OF_CODE = {}  # code of a refusal → the field beside which its message is shown

    def refuse(self, refusal):
        field = self.FIELD_OF_CODE.get(refusal.code)
        self.add_error(field if field in self.fields else None, refusal.message)
