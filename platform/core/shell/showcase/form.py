"""A form with one field of every kind."""

from __future__ import annotations

from decimal import Decimal

from django import forms

from core.shell import forms as controls
from core.shell.showcase.customers import PEOPLE


class Sample(forms.Form):
    """One field of every kind."""

    name = forms.CharField(label="客户名称", max_length=60, help_text="与营业执照一致")
    level = forms.ChoiceField(label="客户级别", choices=[("", "—"), ("1", "重点"), ("2", "普通")])
    owner = forms.ChoiceField(
        label="负责人",
        choices=[(str(number), name) for number, name in enumerate(PEOPLE, 1)],
        widget=controls.Picker(),
        required=False,
    )
    amount = forms.DecimalField(
        label="预计金额", widget=controls.MoneyInput, max_digits=12, decimal_places=2, required=False
    )
    count = forms.IntegerField(label="员工人数", required=False, min_value=1)
    due = forms.DateField(label="下次联系", widget=controls.DateInput, required=False)
    when = forms.DateTimeField(label="提醒时间", widget=controls.DateTimeInput, required=False)
    kind = forms.ChoiceField(
        label="公司性质", choices=[("a", "民营"), ("b", "国企"), ("c", "外资")], widget=controls.RadioCards, initial="a"
    )
    tags = forms.MultipleChoiceField(
        label="客户标签",
        choices=[("1", "好沟通"), ("2", "大客户"), ("3", "价格敏感")],
        widget=controls.CheckList,
        required=False,
    )
    team = forms.MultipleChoiceField(
        label="协作人",
        choices=[(str(number), name) for number, name in enumerate(PEOPLE, 1)],
        widget=controls.MultiPicker(),
        required=False,
    )
    logo = forms.FileField(label="公司LOGO", widget=controls.FileChoose(preview=True), required=False)
    active = forms.BooleanField(label="允许登录", widget=controls.Switch, required=False, initial=True)
    agreed = forms.BooleanField(label="已核对", required=False)
    note = forms.CharField(label="备注", widget=forms.Textarea, required=False)
    version = forms.CharField(widget=forms.HiddenInput, required=False, initial="1")

    def clean_amount(self) -> Decimal | None:
        """Refuses an amount below zero, to show an error at a field."""
        amount: Decimal | None = self.cleaned_data["amount"]
        if amount is not None and amount < 0:
            raise forms.ValidationError("金额不能小于 0")
        return amount
