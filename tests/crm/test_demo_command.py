"""The demo company: the manual's people, made once."""

import json

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from core.db import run_in_company
from crm.customers.models import Customer
from tenants.companies.lookup import company_for_host
from tenants.people.models import Department, User
from tenants.roles.models import Role
from tenants.settings.demo import PASSWORD, demo_make
from tenants.settings.models import CompanySettings


def rows():
    return (
        list(
            User.objects.get_queryset().order_by("pk").values_list("username", "name", "employee_number", "is_active")
        ),
        list(Department.objects.order_by("code").values_list("code", "name", "kind")),
        sorted(Role.objects.values_list("name", flat=True)),
        CompanySettings.objects.get().system_name,
    )


def test_it_makes_the_companys_people_and_departments_once(live_ground, capsys):
    call_command("demo", "--json", "--customers", "20")
    told = json.loads(capsys.readouterr().out)
    assert told["address"].startswith("http://demo.localhost")
    assert {one["password"] for one in told["accounts"]} == {PASSWORD}
    company = demo_make()
    first = run_in_company(company, rows)
    assert first[0][:2] == [("18680667650", "秦晨", "106", True), ("18665091989", "符睿", "107", True)]
    assert first[1][0] == ("10000", "创之新科技", "company")
    assert ("10000005", "财务部", "department") in first[1]
    assert {"系统管理员", "部门经理", "业务代表"} <= set(first[2])
    assert first[3] == "创之新国际"
    call_command("demo", "--customers", "20")
    assert run_in_company(company, rows) == first
    assert company.licence.seats == 10


def test_it_refuses_in_production(settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError):
        call_command("demo")


def test_the_command_makes_a_company_of_any_name(live_ground, capsys):
    call_command("demo", "--company", "云岭智能", "--customers", "30")
    assert "yunlingzhineng" in capsys.readouterr().out
    company = company_for_host("yunlingzhineng.localhost")
    assert company is not None
    assert run_in_company(company, Customer.objects.count) == 30
    call_command("demo", "--company", "云岭智能", "--customers", "30")
    assert "left as it is" in capsys.readouterr().err
    assert run_in_company(company, Customer.objects.count) == 30
